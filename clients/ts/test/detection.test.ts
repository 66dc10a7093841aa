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

test("paths match the programs of the test vectors", () => {
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

test("deltas lead to the bytes of the test vectors", () => {
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

test("a game has its store ids, or none", () => {
  const detector = createDetector("win32", lists);
  assert.deepEqual(detector.storeIds("17"), ["steam:1245620"]);
  assert.deepEqual(detector.storeIds("0"), []);
});

test("a Windows program is not detected without the Windows list", () => {
  const own = [{ json: JSON.stringify(vectors.lists.linux) }];
  assert.equal(createDetector("linux", own).match("/ELDEN RING/Game/eldenring.exe"), null);
});

test("an unknown list format is refused", () => {
  assert.throws(() => createDetector("win32", [{ json: '{"format":2}' }]), /newer client/);
});

const OLD = '{"format":1,"os":"linux","programs":[["a/b",2,0,"1"]],"stores":[]}';
const NEW = '{"format":1,"os":"linux","programs":[["a/b",2,0,"1"],["c/d",2,0,"2"]],"stores":[]}';
const ADDED = { removed: [], changed: [["c/d", 2, 0, "2"]] };
const DELTA = JSON.stringify({ programs: ADDED, stores: { removed: [], changed: [] } });
const old: DetectionList = { version: 1, sha256: sha256(OLD), etag: '"old"', json: OLD };

/** A server with these files that publishes version 2, and a list of its requests. */
async function published(files: Record<string, string>, more: object = {}) {
  const server = await serve(({ path, headers }): Answer => {
    const body = files[path];
    if (body !== undefined) return { body };
    if (!path.startsWith("/v1/")) return { status: 404, body: "no such file" };
    if (headers["if-none-match"] === '"new"') return { status: 304 };
    const answer = { version: 2, url: `${server.url}/whole`, sha256: sha256(NEW) };
    const delta = { delta_url: `${server.url}/delta`, delta_sha256: sha256(DELTA) };
    const extra = path.endsWith("?from=1") ? { ...delta, ...more } : {};
    return { headers: { ETag: '"new"' }, body: { ...answer, ...extra } };
  });
  const load = (previous?: DetectionList) =>
    loadDetectionList({ baseUrl: server.url, os: "linux", previous });
  return { load, requests: () => server.seen.map(({ path }) => path) };
}

const newest = { version: 2, sha256: sha256(NEW), etag: '"new"', json: NEW };

test("the full list is loaded once, then nothing until it changes", async () => {
  const { load, requests } = await published({ "/whole": NEW });
  const list = await load();
  assert.deepEqual(list, newest);
  assert.equal(await load(list), list);
  assert.deepEqual(requests(), ["/v1/detection/linux", "/whole", "/v1/detection/linux?from=2"]);
});

test("only the delta to the previous list is loaded", async () => {
  const { load, requests } = await published({ "/whole": NEW, "/delta": DELTA });
  assert.deepEqual(await load(old), newest);
  assert.deepEqual(requests(), ["/v1/detection/linux?from=1", "/delta"]);
});

test("the same list with another version is not loaded again", async () => {
  const { load, requests } = await published({});
  const same = { version: 1, sha256: sha256(NEW), etag: '"other"', json: NEW };
  assert.deepEqual(await load(same), newest);
  assert.deepEqual(requests(), ["/v1/detection/linux?from=1"]);
});

const wrong: [string, Record<string, string>, object?][] = [
  ["is missing", {}],
  ["has another checksum", { "/delta": DELTA.replace("c/d", "e/f") }],
  ["is not JSON", { "/delta": "{" }, { delta_sha256: sha256("{") }],
  ["leads to another list", { "/delta": "{}" }, { delta_sha256: sha256("{}") }],
];
for (const [how, files, more] of wrong) {
  test(`the full list is loaded if a delta ${how}`, async () => {
    const { load, requests } = await published({ "/whole": NEW, ...files }, more);
    assert.deepEqual(await load(old), newest);
    assert.equal(requests().at(-1), "/whole");
  });
}

test("a list that was truncated on disk is loaded again", async () => {
  const { load, requests } = await published({ "/whole": NEW, "/delta": DELTA });
  assert.deepEqual(await load({ ...old, etag: '"new"', json: OLD.slice(0, 9) }), newest);
  assert.deepEqual(requests(), ["/v1/detection/linux", "/whole"]);
});

test("a list with another checksum is refused", async () => {
  const { load } = await published({ "/whole": OLD });
  await assert.rejects(load(), /checksum of the file does not match/);
});

test("a problem is thrown, and a temporary one retried", async () => {
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
