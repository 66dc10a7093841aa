import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createSavepointClient } from "../src/index.js";
import { Journal } from "../src/journal.js";
import { lock } from "../src/lock.js";
import { openQueue, QueueFullError, QueueLockedError } from "../src/queue.js";
import { type Answer, problem, report, serve } from "./server.js";

const path = "/v1/me/sessions:batch" as const;

interface Item {
  event_id: string;
}

/** A server that accepts all items except those for which `verdict` returns a retry value. */
async function server(verdict: (id: string) => string | undefined = () => undefined) {
  const taken: string[] = [];
  let fixed: Answer | null | undefined;
  const { url } = await serve(({ body }) => {
    if (fixed !== undefined) return fixed;
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
  const savepoint = createSavepointClient({ baseUrl: url, clientName: "test/1" });
  return { savepoint, taken, answers: (given: Answer | null | undefined) => void (fixed = given) };
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
    assert.ok(Date.now() < end, "timed out");
    await setImmediate();
  }
}

/** Return a command that runs a module; its `process.argv` has `src` and these arguments. */
function program(code: string, ...words: string[]): string[] {
  const src = new URL("../src/", import.meta.url).href;
  const whole = `const src = process.argv[1];\n${code}`;
  return [process.execPath, "--input-type=module", "--eval", whole, src, ...words];
}

test("items added before a crash are sent after it, in order and once", async () => {
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

test("a torn last line is lost, and its add never resolved", async () => {
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
  const repaired = await Journal.open(file, 1e6, async () => {});
  assert.deepEqual(repaired.pending.map((one) => one.json), ['{"a":1}', '{"a":3}']);
});

test("a damaged line is set aside, and the others are sent", async () => {
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

test("after any damaged byte, the other items are read and can be finished", async () => {
  const inside = await folder();
  const file = join(inside, "journal.jsonl");
  const journal = await Journal.open(file, 1e6, async () => {});
  await journal.append(['{"a":1}', '{"a":2}', '{"a":3}']);
  await journal.close();
  const whole = await readFile(file, "latin1");
  for (let at = 0; at < whole.length; at++) {
    for (const byte of ["!", "9", "\n", "\xff"]) {
      await writeFile(file, whole.slice(0, at) + byte + whole.slice(at + 1), "latin1");
      const broken = await Journal.open(file, 1e6, async () => {});
      const found = broken.pending.map((one) => JSON.parse(one.json) as unknown);
      assert.ok(found.length >= 1, `byte ${at}`);
      await broken.finish(broken.pending.at(-1)?.number ?? 0, []);
      assert.deepEqual(broken.pending, [], `byte ${at}`);
      await broken.close();
    }
  }
});

test("an item that JSON cannot hold is refused, and nothing is stored", async () => {
  const { savepoint, taken } = await server();
  const inside = await folder();
  const queue = await openQueue({ folder: inside, savepoint, path });
  for (const odd of [undefined, () => 1, 1n]) {
    await assert.rejects(queue.add([report("a"), odd as never]), TypeError);
  }
  await queue.add([report("b")]);
  await queue.send();
  await queue.close();
  assert.deepEqual(taken, ["b"]);
});

test("a rejected item is kept with its reason and does not block others", async () => {
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

test("an item that is rejected for now is requeued", async () => {
  let early = true;
  const { savepoint, taken } = await server((id) => (early && id === "e0" ? "later" : undefined));
  const queue = await openQueue({ folder: await folder(), savepoint, path });
  await queue.add(ids(3).map((id) => report(id)));
  assert.deepEqual(await queue.send(), { accepted: 2, duplicates: 0, rejected: [], requeued: 1 });
  assert.equal(queue.size, 1);
  early = false;
  await queue.send();
  await queue.close();
  assert.deepEqual(taken, ["e1", "e2", "e0"]);
});

test("a failed send throws and keeps all items", async () => {
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

test("once started, it sends added items, reports errors and continues", async () => {
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

test("a Retry-After of a month is cut to an hour", async (t) => {
  const { savepoint, answers } = await server();
  const month = String(30 * 24 * 3600);
  answers(problem(503, "unavailable", "later", { headers: { "Retry-After": month } }));
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const queue = await openQueue({ folder: await folder(), savepoint, path, onError });
  queue.start();
  await queue.add([report("a")]);
  await until(() => errors.length > 0);
  for (let turn = 0; turn < 1000; turn++) await setImmediate();
  assert.equal(errors.length, 1);
  t.mock.timers.tick(3_590_000);
  for (let turn = 0; turn < 1000; turn++) await setImmediate();
  assert.equal(errors.length, 1);
  t.mock.timers.tick(3_600_000);
  await until(() => errors.length > 1);
  await queue.close();
});

test("a successful send ends the backoff", async (t) => {
  const { savepoint, taken, answers } = await server();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  // Time stands still, so a backoff never ends by itself.
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const queue = await openQueue({ folder: await folder(), savepoint, path, onError });
  answers(problem(403, "forbidden", "never"));
  queue.start();
  await queue.add([report("a")]);
  await until(() => errors.length > 0);
  answers(undefined);
  await queue.send();
  await queue.add([report("b")]);
  await until(() => queue.size === 0);
  await queue.close();
  assert.deepEqual(taken, ["a", "b"]);
});

test("items added during a send are sent by the next one", async () => {
  const { savepoint, taken } = await server();
  const queue = await openQueue({ folder: await folder(), savepoint, path });
  await queue.add([report("a")]);
  const first = queue.send();
  await until(() => taken.length > 0);
  await queue.add([report("b")]);
  assert.equal((await queue.send()).accepted, 1);
  assert.equal((await first).accepted, 1);
  await queue.close();
  assert.deepEqual(taken, ["a", "b"]);
});

test("stop aborts a send without an error", async () => {
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

test("a full queue refuses all added items, and accepts more after sending", async () => {
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

test("the file is rewritten without finished items", async () => {
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

test("on a full disk, sent items are not sent again and the others are", async () => {
  const inside = await folder();
  const file = join(inside, "journal.jsonl");
  const code = `const { Journal } = await import(src + "journal.js");
    const journal = await Journal.open(process.argv[2], 1e6, async () => {});
    await journal.append(['"a"', '"b"']);
    await journal.append([JSON.stringify("x".repeat(950))]);
    await journal.append(['"more"']).then(() => console.log("not full"), () => {});
    await journal.finish(1, []);
    console.log(journal.pending.map(({ json }) => json.slice(0, 2)).join());`;
  const [node = "", ...words] = program(code, file);
  // 1,024 bytes: there is no room for the `done` line either.
  const limited = ["-c", 'ulimit -f 1 && exec "$@"', "bash", node, ...words];
  assert.equal(execFileSync("bash", limited, { encoding: "utf8" }), '"b,"x\n');
  const again = await Journal.open(file, 1e6, async () => {});
  assert.deepEqual(again.pending.map((one) => one.json.slice(0, 2)), ['"a', '"b', '"x']);
  await again.close();
});

test("concurrent adds are written in order", async () => {
  const { savepoint, taken } = await server();
  const queue = await openQueue({ folder: await folder(), savepoint, path });
  await Promise.all(ids(50).map((id) => queue.add([report(id)])));
  await Promise.all([queue.send(), queue.send()]);
  await queue.close();
  assert.deepEqual(taken, ids(50));
});

/** Lock a folder in another process; returns a function that kills it. */
async function holder(inside: string, platform: NodeJS.Platform): Promise<() => Promise<unknown>> {
  const code = `await (await import(src + "lock.js")).lock(process.argv[2], process.argv[3]);
    console.log("held"); setInterval(() => {}, 1000);`;
  const [node = "", ...words] = program(code, inside, platform);
  const child = spawn(node, words);
  after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
}

for (const platform of ["linux", "darwin"] as const) {
  test(`one process at a time locks a folder, until it is killed (${platform})`, async () => {
    const inside = await folder();
    const killed = await holder(inside, platform);
    await assert.rejects(lock(inside, platform), QueueLockedError);
    await killed();
    const unlock = await lock(inside, platform);
    await assert.rejects(lock(inside, platform), QueueLockedError);
    unlock();
    (await lock(inside, platform))();
  });
}

test("one of several concurrent processes locks the folder after a kill", async () => {
  const inside = await folder();
  for (let round = 0; round < 10; round++) {
    await (await holder(inside, "darwin"))();
    const results = await Promise.allSettled([1, 2, 3].map(() => lock(inside, "darwin")));
    const held = results.filter((one) => one.status === "fulfilled");
    const refused = results.filter((one) => one.status === "rejected");
    assert.equal(held.length, 1, `round ${round}`);
    assert.ok(refused.every((one) => one.reason instanceof QueueLockedError));
    for (const { value: unlock } of held) unlock();
  }
});

test("a closed queue can be opened again", async () => {
  const { savepoint } = await server();
  const inside = await folder();
  const queue = await openQueue({ folder: inside, savepoint, path });
  await assert.rejects(openQueue({ folder: inside, savepoint, path }), QueueLockedError);
  await queue.close();
  await (await openQueue({ folder: inside, savepoint, path })).close();
});
