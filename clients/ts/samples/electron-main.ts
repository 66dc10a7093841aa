import { randomUUID } from "node:crypto";
import { uptime } from "node:os";
import { join } from "node:path";
import { cachedToken, createSavepoint, localTime } from "@savepoint/client";
import { openQueue } from "@savepoint/client/queue";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, doc, getFirestore, onSnapshot } from "firebase/firestore";

const { SAVEPOINT_URL: baseUrl = "http://localhost:8080", PLAYER: uid = "ada" } = process.env;
const [host = "", port] = (process.env["FIRESTORE_EMULATOR_HOST"] ?? "localhost:8082").split(":");
const userData = process.env["USER_DATA"] ?? "."; // Electron's app.getPath("userData")

// Sign in.
const token = cachedToken(async () => {
  const body = JSON.stringify({ uid });
  const answer = await fetch(`${baseUrl}/_local/issuer/token`, { method: "POST", body });
  return ((await answer.json()) as { id_token: string }).id_token;
});
const savepoint = createSavepoint({ baseUrl, clientName: "desktop/8.4.1 (win32; x64)", token });

// Listen to stats.
const { data, error } = await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
const game_id = data?.items[0]?.game_id;
if (!game_id) throw new Error(error?.detail ?? "The catalog does not know this game.");
const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
connectFirestoreEmulator(db, host, Number(port), { mockUserToken: await token(false) });
// The emulator, unlike production, misses what changes while it begins to listen.
await new Promise<void>((listening) => {
  onSnapshot(doc(db, "players", uid, "stats", game_id), (stats) => {
    console.log(JSON.stringify(stats.data() ?? "not played yet"));
    listening();
  });
});

// Report a session: what is added is on disk, and is sent now or when there is a network again.
const folder = join(userData, "sessions", uid);
const queue = await openQueue({ folder, savepoint, path: "/v1/me/sessions:batch" });
queue.start();
const ids = { session_id: randomUUID(), install_id: "kept-on-disk", boot_id: randomUUID() };
const report = (kind: "started" | "heartbeat" | "ended") => {
  const now = { at: localTime(), uptime_ms: Math.round(uptime() * 1000) };
  return queue.add([{ ...ids, event_id: randomUUID(), game_id, kind, ...now }]);
};
await report("started");
setInterval(report, 4 * 60_000, "heartbeat"); // and report("ended") once the game is gone
