import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  applyDelta,
  createDetector,
  type DetectionList,
  type DetectionOs,
  loadDetectionList,
  normalisePath,
  ProblemError,
} from "../src/index.js";
import { type Answer, problem, serve } from "./server.js";

interface Vectors {
  lists: Record<DetectionOs, { programs: [string][] }>;
  cases: { why: string; os: DetectionOs; path: string; expect: Expected | null }[];
  deltas: { why: string; os: DetectionOs; delta: object; sha256: string }[];
}

interface Expected {
  game_ids: string[];
  is_launcher: boolean;
  confidence: string;
}

const file = new URL("../../../../docs/detection-vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;
const lists = Object.values(vectors.lists).map((list) => ({ json: JSON.stringify(list) }));
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("a path is the program that the vectors say", () => {
  assert.ok(vectors.cases.length >= 60);
  for (const { why, os, path, expect } of vectors.cases) {
    const found = createDetector(os, lists).match(path);
    const shown = found && {
      game_ids: found.gameIds,
      is_launcher: found.isLauncher,
      confidence: found.confidence,
    };
    assert.deepEqual(shown, expect, why);
  }
});

test("a delta leads to the bytes that the vectors say", () => {
  for (const { why, os, delta, sha256: expected } of vectors.deltas) {
    const json = applyDelta(JSON.stringify(vectors.lists[os]), JSON.stringify(delta));
    assert.equal(sha256(json), expected, why);
  }
});

test("a listed suffix is in its normal form", () => {
  for (const { programs } of Object.values(vectors.lists)) {
    for (const [suffix] of programs) assert.equal(normalisePath(suffix), suffix);
  }
});

test("a game's store ids are told, and of one without any there are none", () => {
  const detector = createDetector("win32", lists);
  assert.deepEqual(detector.storeIds("17"), ["steam:1245620"]);
  assert.deepEqual(detector.storeIds("0"), []);
});

test("a program of Windows is not known where only the own list is", () => {
  const own = [{ json: JSON.stringify(vectors.lists.linux) }];
  assert.equal(createDetector("linux", own).match("/ELDEN RING/Game/eldenring.exe"), null);
});

test("a list of a format that is not known is refused", () => {
  assert.throws(() => createDetector("win32", [{ json: '{"format":2}' }]), /newer client/);
});

const OLD = '{"format":1,"os":"linux","programs":[["a/b",2,0,"1"]],"stores":[]}';
const NEW = '{"format":1,"os":"linux","programs":[["a/b",2,0,"1"],["c/d",2,0,"2"]],"stores":[]}';
const ADDED = { removed: [], changed: [["c/d", 2, 0, "2"]] };
const DELTA = JSON.stringify({ programs: ADDED, stores: { removed: [], changed: [] } });
const kept: DetectionList = { version: 1, sha256: sha256(OLD), etag: '"old"', json: OLD };

/** A server of these files, which answers version 2 and tells what was asked of it. */
async function published(files: Record<string, string>, more: object = {}) {
  const server = await serve(({ path, headers }): Answer => {
    const body = files[path];
    if (body !== undefined) return { body };
    if (!path.startsWith("/v1/")) return { status: 404, body: "no such file" };
    if (headers["if-none-match"] === '"new"') return { status: 304 };
    const answer = { version: 2, url: `${server.url}/whole`, sha256: sha256(NEW) };
    const way = { delta_url: `${server.url}/delta`, delta_sha256: sha256(DELTA) };
    const known = path.endsWith("?from=1") ? { ...way, ...more } : {};
    return { headers: { ETag: '"new"' }, body: { ...answer, ...known } };
  });
  const load = (had?: DetectionList) =>
    loadDetectionList({ baseUrl: server.url, os: "linux", kept: had });
  return { load, asked: () => server.seen.map(({ path }) => path) };
}

const newest = { version: 2, sha256: sha256(NEW), etag: '"new"', json: NEW };

test("without a list the whole one is read, then nothing until it changes", async () => {
  const { load, asked } = await published({ "/whole": NEW });
  const list = await load();
  assert.deepEqual(list, newest);
  assert.equal(await load(list), list);
  assert.deepEqual(asked(), ["/v1/detection/linux", "/whole", "/v1/detection/linux?from=2"]);
});

test("from the list before only the delta is read", async () => {
  const { load, asked } = await published({ "/whole": NEW, "/delta": DELTA });
  assert.deepEqual(await load(kept), newest);
  assert.deepEqual(asked(), ["/v1/detection/linux?from=1", "/delta"]);
});

test("the same list under another version is not read again", async () => {
  const { load, asked } = await published({});
  const same = { version: 1, sha256: sha256(NEW), etag: '"other"', json: NEW };
  assert.deepEqual(await load(same), newest);
  assert.deepEqual(asked(), ["/v1/detection/linux?from=1"]);
});

const wrong: [string, Record<string, string>, object?][] = [
  ["is gone", {}],
  ["is not what its answer says", { "/delta": DELTA.replace("c/d", "e/f") }],
  ["is no JSON", { "/delta": "{" }, { delta_sha256: sha256("{") }],
  ["leads elsewhere", { "/delta": "{}" }, { delta_sha256: sha256("{}") }],
];
for (const [how, files, more] of wrong) {
  test(`where a delta ${how} the whole list is read`, async () => {
    const { load, asked } = await published({ "/whole": NEW, ...files }, more);
    assert.deepEqual(await load(kept), newest);
    assert.equal(asked().at(-1), "/whole");
  });
}

test("a kept list that a disk cut short is read anew", async () => {
  const { load, asked } = await published({ "/whole": NEW, "/delta": DELTA });
  assert.deepEqual(await load({ ...kept, etag: '"new"', json: OLD.slice(0, 9) }), newest);
  assert.deepEqual(asked(), ["/v1/detection/linux", "/whole"]);
});

test("a list that is not what its answer says is refused", async () => {
  const { load } = await published({ "/whole": OLD });
  await assert.rejects(load(), /not what its answer says/);
});

test("a problem is thrown, one that passes is tried again", async () => {
  const answers = [problem(503, "unavailable", "later"), problem(400, "invalid_request", "never")];
  const server = await serve(() => answers.shift() ?? null);
  const loading = loadDetectionList({ baseUrl: server.url, os: "linux" });
  await assert.rejects(loading, (error: unknown) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.problem.code, "invalid_request");
    return true;
  });
  assert.equal(server.seen.length, 2);
});
