import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSavepoint } from "../src/index.js";
import { Journal } from "../src/journal.js";
import { lock } from "../src/lock.js";
import { openQueue, QueueFullError, QueueLockedError } from "../src/queue.js";
import { type Answer, problem, report, serve } from "./server.js";

const path = "/v1/me/sessions:batch" as const;

interface Item {
  event_id: string;
}

/** A server that takes all items but those that `verdict` has a word against. */
async function server(verdict: (id: string) => string | undefined = () => undefined) {
  const taken: string[] = [];
  let whole: Answer | null | undefined;
  const { url } = await serve(({ body }) => {
    if (whole !== undefined) return whole;
    const { items } = JSON.parse(body) as { items: Item[] };
    const rejected = items.flatMap(({ event_id: id }, index) => {
      const retry = verdict(id);
      return retry ? [{ index, id, code: "too_old", detail: `${id} is old`, retry }] : [];
    });
    const refused = new Set(rejected.map((one) => one.id));
    taken.push(...items.map((one) => one.event_id).filter((id) => !refused.has(id)));
    const receipt = { accepted: items.length - rejected.length, duplicates: 0, rejected };
    return { status: 202, body: receipt };
  });
  const savepoint = createSavepoint({ baseUrl: url, clientName: "test/1" });
  return { savepoint, taken, answers: (given: Answer | null | undefined) => void (whole = given) };
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "savepoint-queue-"));
  after(() => rm(made, { recursive: true, force: true }));
  return made;
}

function ids(count: number, of = "e"): string[] {
  return Array.from({ length: count }, (_, index) => `${of}${index}`);
}

async function rejected(inside: string): Promise<{ item: Item; code: string; detail: string }[]> {
  const text = await readFile(join(inside, "rejected.jsonl"), "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as never);
}

async function until(look: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !look(); ) {
    assert.ok(Date.now() < end, "it does not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("what was added before a crash is sent after it, in order and once", async () => {
  const { savepoint, taken } = await server();
  const inside = await folder();
  const journal = await Journal.open(join(inside, "journal.jsonl"), 1e6, async () => {});
  await journal.append(ids(700).map((id) => JSON.stringify(report(id))));
  // Nothing was closed.
  const queue = await openQueue({ folder: inside, savepoint, path });
  assert.equal(queue.size, 700);
  await queue.add([report("last")]);
  assert.equal((await queue.send()).accepted, 701);
  await queue.close();
  assert.deepEqual(taken, [...ids(700), "last"]);

  const again = await openQueue({ folder: inside, savepoint, path });
  assert.equal(again.size, 0);
  await again.close();
});

test("a torn last line costs that line, which nobody was told is stored", async () => {
  const inside = await folder();
  const file = join(inside, "journal.jsonl");
  const journal = await Journal.open(file, 1e6, async () => {});
  await journal.append(['{"a":1}', JSON.stringify("long".repeat(100))]);
  await journal.close();
  await truncate(file, (await stat(file)).size - 4);
  const torn = await Journal.open(file, 1e6, async () => {});
  assert.deepEqual(torn.pending.map((one) => one.json), ['{"a":1}']);
  await torn.append(['{"a":3}']);
  await torn.close();
  const mended = await Journal.open(file, 1e6, async () => {});
  assert.deepEqual(mended.pending.map((one) => one.json), ['{"a":1}', '{"a":3}']);
});

test("a line that the disk broke is set aside, and the others are sent", async () => {
  const { savepoint, taken } = await server();
  const inside = await folder();
  const lines = [1, 2, 3].map((number) => JSON.stringify({ number, item: report(`e${number}`) }));
  lines[1] = "\0".repeat(40);
  await writeFile(join(inside, "journal.jsonl"), `${lines.join("\n")}\n`);
  const queue = await openQueue({ folder: inside, savepoint, path });
  await queue.send();
  await queue.close();
  assert.deepEqual(taken, ["e1", "e3"]);
  assert.deepEqual((await rejected(inside)).map((one) => one.code), ["unreadable"]);
  await (await openQueue({ folder: inside, savepoint, path })).close();
  assert.equal((await rejected(inside)).length, 1);
});

test("a rejected item is kept with its reason and blocks nobody", async () => {
  const { savepoint, taken } = await server((id) => (id === "e5" ? "never" : undefined));
  const inside = await folder();
  const queue = await openQueue({ folder: inside, savepoint, path });
  await queue.add(ids(10).map((id) => report(id)));
  const sent = await queue.send();
  assert.deepEqual(sent.rejected.map((one) => one.id), ["e5"]);
  assert.equal(queue.size, 0);
  await queue.close();
  assert.equal(taken.length, 9);
  const [kept] = await rejected(inside);
  assert.deepEqual([kept?.item.event_id, kept?.code, kept?.detail], ["e5", "too_old", "e5 is old"]);
});

test("an item that may come later goes behind the others", async () => {
  let early = true;
  const { savepoint, taken } = await server((id) => (early && id === "e0" ? "later" : undefined));
  const queue = await openQueue({ folder: await folder(), savepoint, path });
  await queue.add(ids(3).map((id) => report(id)));
  assert.deepEqual(await queue.send(), { accepted: 2, duplicates: 0, rejected: [], again: 1 });
  assert.equal(queue.size, 1);
  early = false;
  await queue.send();
  await queue.close();
  assert.deepEqual(taken, ["e1", "e2", "e0"]);
});

test("what hinders sending is thrown, and everything stays", async () => {
  const { savepoint, taken, answers } = await server();
  const queue = await openQueue({ folder: await folder(), savepoint, path });
  await queue.add(ids(3).map((id) => report(id)));
  answers(problem(403, "forbidden", "never"));
  await assert.rejects(queue.send(), /forbidden/);
  assert.equal(queue.size, 3);
  answers(undefined);
  await queue.send();
  await queue.close();
  assert.deepEqual(taken, ids(3));
});

test("started, it sends what is added, tells what hinders it, and goes on", async () => {
  const { savepoint, taken, answers } = await server();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const queue = await openQueue({ folder: await folder(), savepoint, path, onError });
  queue.start();
  await queue.add([report("a")]);
  await until(() => queue.size === 0);
  answers(problem(403, "forbidden", "never"));
  await queue.add([report("b")]);
  await until(() => errors.length > 0);
  answers(undefined);
  await until(() => queue.size === 0);
  await queue.stop();
  await queue.add([report("c")]);
  assert.equal(queue.size, 1);
  queue.start();
  await until(() => queue.size === 0);
  await queue.close();
  assert.deepEqual(taken, ["a", "b", "c"]);
});

test("stop gives up what is under way, without an error", async () => {
  const { savepoint, answers } = await server();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const queue = await openQueue({ folder: await folder(), savepoint, path, onError });
  answers(problem(503, "unavailable", "later", { headers: { "Retry-After": "30" } }));
  queue.start();
  await queue.add([report("a")]);
  await queue.stop();
  assert.equal(queue.size, 1);
  assert.deepEqual(errors, []);
  await queue.close();
});

test("a full queue refuses all of what is added, and takes more after sending", async () => {
  const { savepoint, taken } = await server();
  const queue = await openQueue({ folder: await folder(), savepoint, path, maxBytes: 5000 });
  await queue.add(ids(15).map((id) => report(id)));
  const many = ids(20, "f").map((id) => report(id));
  await assert.rejects(queue.add(many), QueueFullError);
  assert.equal(queue.size, 15);
  await queue.send();
  await queue.add(many);
  await queue.send();
  await queue.close();
  assert.equal(taken.length, 35);
});

test("the file is rewritten without what is finished", async () => {
  const inside = await folder();
  const file = join(inside, "journal.jsonl");
  const journal = await Journal.open(file, 1e6, async () => {});
  const long = JSON.stringify("x".repeat(1000));
  let largest = 0;
  for (let round = 1; round <= 10; round++) {
    await journal.append(Array.from({ length: 50 }, () => long));
    await journal.finish(round * 50 - 1, []);
    largest = Math.max(largest, (await stat(file)).size);
  }
  assert.ok(largest < 150_000, `${largest} bytes`);
  assert.deepEqual(journal.pending.map((one) => one.number), [500]);
  await journal.close();
  const again = await Journal.open(file, 1e6, async () => {});
  assert.deepEqual(again.pending.map((one) => one.number), [500]);
});

test("many who add at a time are written one after another", async () => {
  const { savepoint, taken } = await server();
  const queue = await openQueue({ folder: await folder(), savepoint, path });
  await Promise.all(ids(50).map((id) => queue.add([report(id)])));
  await Promise.all([queue.send(), queue.send()]);
  await queue.close();
  assert.deepEqual(taken, ids(50));
});

for (const platform of ["linux", "darwin"] as const) {
  test(`one at a time holds a folder, and who is killed does not (${platform})`, async () => {
    const inside = await folder();
    const from = new URL("../src/lock.js", import.meta.url).href;
    const code = `await (await import("${from}")).lock(process.argv[1], "${platform}");
      console.log("held"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code, inside]);
    after(() => child.kill("SIGKILL"));
    await once(child.stdout, "data");
    await assert.rejects(lock(inside, platform), QueueLockedError);
    child.kill("SIGKILL");
    await once(child, "exit");
    const unlock = await lock(inside, platform);
    await assert.rejects(lock(inside, platform), QueueLockedError);
    unlock();
    (await lock(inside, platform))();
  });
}

test("a queue that is closed lets the next one in", async () => {
  const { savepoint } = await server();
  const inside = await folder();
  const queue = await openQueue({ folder: inside, savepoint, path });
  await assert.rejects(openQueue({ folder: inside, savepoint, path }), QueueLockedError);
  await queue.close();
  await (await openQueue({ folder: inside, savepoint, path })).close();
});
