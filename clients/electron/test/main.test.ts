import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import type { Report } from "../src/play.js";
import { PAGE } from "../src/window.js";

const MAIN = new URL("../src/main.js", import.meta.url).pathname;
const FAKE = new URL("electron.js", import.meta.url).href;
const HOOK = `export const resolve = (name, context, next) => name === "electron"
  ? { url: ${JSON.stringify(FAKE)}, shortCircuit: true } : next(name, context);`;
const module = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const LOAD = `import { register } from "node:module"; register(${JSON.stringify(module(HOOK))});`;
// Nothing listens there.
const NOWHERE = "127.0.0.1:1";

/** A line of the queue's journal. */
interface Line {
  item: Report;
}

/** Start main with a fake of Electron; `until` reads its output up to a line. */
function started(folder: string) {
  const env = {
    ...process.env,
    SAVEPOINT_URL: `http://${NOWHERE}`,
    FIRESTORE_EMULATOR_HOST: NOWHERE,
    USER_DATA: folder,
  };
  const child = spawn(process.execPath, ["--import", module(LOAD), MAIN], {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const until = async (last: string) => {
    const output: string[] = [];
    for (;;) {
      const { value, done } = await lines.next();
      assert.ok(!done, `${last} is not among ${output.join("\n")}`);
      if (value.startsWith("[")) output.push(value);
      if (value === last) return output;
    }
  };
  return { child, until, write: (line: string) => child.stdin.write(`${line}\n`) };
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

test("main confines its page, shows the running game, and answers no other page", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "savepoint-"));
  const program = join(folder, "hades.exe");
  await copyFile("/bin/sleep", program);
  const game = spawn(program, ["60"]);
  await once(game, "spawn");
  const { child, until, write } = started(folder);
  t.after(async () => {
    await Promise.all([ended(game), ended(child)]);
    await rm(folder, { recursive: true });
  });

  const output = await until('["shown"]');
  assert.deepEqual(output, [
    '["schemes",[{"scheme":"overlay","privileges":{"standard":true,"secure":true}}]]',
    '["handle","overlay"]',
    '["permission",false]',
    '["permission",false]',
    '["opens",{"action":"deny"}]',
    '["stays"]',
    '["ignores the mouse",true]',
    `["loads","${PAGE}"]`,
    '["sent","savepoint:stats",null]',
    '["sent","savepoint:state",{"title":"Hades","pending":0}]',
    '["shown"]',
  ]);

  const frame = (url: string) => JSON.stringify({ url, parent: null });
  write(frame("https://example.com/"));
  write(frame(PAGE));
  const answers = await until(JSON.stringify(["asked", frame(PAGE)]));
  const words = answers.map((line) => (JSON.parse(line) as string[])[0]);
  assert.deepEqual(words.filter((word) => word !== "sent"), ["asked", "answered", "asked"]);

  write("quit");
  await once(child, "exit");
  const journal = await readFile(join(folder, "sessions", "ada", "journal.jsonl"), "utf8");
  const items = journal.trim().split("\n").map((line) => (JSON.parse(line) as Line).item);
  assert.deepEqual(items.map((item) => item.kind), ["started", "ended"]);
  const install = await readFile(join(folder, "install-id"), "utf8");
  assert.deepEqual(new Set(items.map((item) => item.install_id)), new Set([install]));
});
