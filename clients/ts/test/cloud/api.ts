// Against a local cloud: report a session, read the playtime, search a game, and get errors.
import assert from "node:assert/strict";
import { createSavepointClient, localTimestamp, sendBatch } from "@savepoint/client";

const { SAVEPOINT_URL = "", TOKEN = "", GAME_ID = "", TITLE = "" } = process.env;
const clientName = "desktop/8.4.1 (linux; x64)";
const savepoint = createSavepointClient({ baseUrl: SAVEPOINT_URL, clientName, getToken: async () => TOKEN });

const start = Date.now() - 3_600_000;
const items = (["started", "heartbeat", "ended"] as const).map((kind, index) => ({
  event_id: crypto.randomUUID(),
  session_id: "api",
  game_id: GAME_ID,
  kind,
  at: localTimestamp(new Date(start + index * 240_000)),
  install_id: "i",
  boot_id: "b",
  uptime_ms: 60_000 + index * 240_000,
}));
const receipt = await sendBatch(savepoint, "/v1/me/sessions:batch", items);
assert.deepEqual(receipt, { accepted: 3, duplicates: 0, rejected: [] });

const until = Date.now() + 20_000;
let played = 0;
while (played === 0) {
  assert.ok(Date.now() < until, "the playtime did not arrive");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { data } = await savepoint.GET("/v1/me/playtime");
  played = data?.items.reduce((sum, day) => sum + day.play_ms, 0) ?? 0;
}
assert.equal(played, 480_000);

const { data: found } = await savepoint.GET("/v1/games", { params: { query: { q: TITLE } } });
assert.deepEqual(found?.items.map((game) => [game.game_id, game.title]), [[GAME_ID, TITLE]]);

const params = { path: { game_id: "999999999" } };
const { error, response } = await savepoint.GET("/v1/games/{game_id}", { params });
assert.deepEqual([error?.code, error?.retry, response.status], ["not_found", "never", 404]);

const unauthorized = createSavepointClient({ baseUrl: SAVEPOINT_URL, clientName, getToken: async () => "x" });
const refused = await unauthorized.GET("/v1/me/playtime");
assert.deepEqual([refused.error?.code, refused.error?.retry], ["unauthenticated", "after-refresh"]);
console.log("done");
