import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileName, readGames, runningGames } from "../src/games.js";

test("program names are read from each system's process list", () => {
  assert.equal(fileName('"Hades.exe","4711","Console","1","123,456 K"\r'), "hades.exe");
  assert.equal(fileName("/Applications/Hades.app/Contents/MacOS/Hades"), "hades");
  assert.equal(fileName("hades.exe"), "hades.exe");
  assert.equal(fileName(""), "");
});

test("a game is found while it is running", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "savepoint-"));
  t.after(() => rm(folder, { recursive: true }));
  const program = join(folder, `game-${process.pid}-of-a-long-name`);
  const games = { [basename(program)]: { game_id: "7", title: "Seven" } };
  assert.deepEqual(await runningGames(games), []);
  await copyFile("/bin/sleep", program);
  const game = spawn(program, ["60"]);
  await once(game, "spawn");
  assert.deepEqual(await runningGames(games), [{ game_id: "7", title: "Seven" }]);
  game.kill();
  await once(game, "exit");
  assert.deepEqual(await runningGames(games), []);
});

test("the list of games is complete", async () => {
  const games = await readGames(new URL("../../games.json", import.meta.url));
  for (const [name, game] of Object.entries(games)) {
    assert.equal(name, name.toLowerCase());
    assert.match(game.game_id, /^[1-9][0-9]*$/);
    assert.notEqual(game.title, "");
  }
});
