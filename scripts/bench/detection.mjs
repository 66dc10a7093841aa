// Matches paths as the client does, and measures a floor: one look-up of the lowercased file name.
// stdin: {list, paths}; stdout: milliseconds {parse, first, ours, floor, found}.
import { text } from "node:stream/consumers";
import { createDetector } from "../../clients/ts/dist/src/detection.js";

const ROUNDS = 200;
const { list, paths } = JSON.parse(await text(process.stdin));

function timed(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function median(work) {
  const times = Array.from({ length: ROUNDS }, () => timed(work)).sort((one, other) => one - other);
  return times[ROUNDS / 2];
}

let detector;
const parse = timed(() => {
  detector = createDetector("win32", [{ json: list }]);
});
let found = 0;
const match = () => {
  found = paths.filter((path) => detector.match(path)).length;
};
const names = new Map(JSON.parse(list).programs.map((row) => [row[0].split("/").at(-1), row]));
const bare = () =>
  paths.filter((path) => names.has(path.slice(path.lastIndexOf("\\") + 1).toLowerCase()));
const first = timed(match);
const figures = { parse, first, ours: median(match), floor: median(bare), found };
process.stdout.write(JSON.stringify(figures));
