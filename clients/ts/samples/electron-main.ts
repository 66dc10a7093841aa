import { uptime } from "node:os";
import { createSavepoint, localTime, localToken } from "@savepoint/client";
import { openQueue } from "@savepoint/client/queue";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, doc, getFirestore, onSnapshot } from "firebase/firestore";

const { SAVEPOINT_URL: baseUrl = "http://localhost:8080", PLAYER: uid = "ada" } = process.env;
const { FIRESTORE_PORT: port = 8082, USER_DATA = "." } = process.env; // app.getPath("userData")

// Sign in.
const token = localToken(baseUrl, uid);
const savepoint = createSavepoint({ baseUrl, clientName: "desktop/8.4.1 (win32; x64)", token });

// Listen to stats.
const { data, error } = await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
const game_id = data?.items[0]?.game_id;
if (!game_id) throw new Error(error?.detail ?? "The catalog does not know this game.");
const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
connectFirestoreEmulator(db, "localhost", Number(port), { mockUserToken: await token(false) });
const stats = doc(db, "players", uid, "stats", game_id);
// The emulator, unlike production, misses what changes while it begins to listen.
await new Promise((begun, failed) =>
  onSnapshot(stats, (now) => begun(console.log("%j", now.data() ?? "not played yet")), failed),
);

// Report a session: what is added is on disk, and is sent now or when there is a network again.
const folder = `${USER_DATA}/sessions/${uid}`;
const queue = await openQueue({ folder, savepoint, path: "/v1/me/sessions:batch" });
queue.start();
const run = crypto.randomUUID();
const ids = { session_id: run, install_id: "kept-on-disk", boot_id: run };
const report = (kind: "started" | "heartbeat" | "ended") => {
  const now = { at: localTime(), uptime_ms: Math.round(uptime() * 1000) };
  const moment = { ...ids, event_id: crypto.randomUUID(), game_id, kind, ...now };
  return queue.add([moment]).catch(console.warn); // the queue or the disk is full
};
await report("started");
setInterval(report, 4 * 60_000, "heartbeat"); // and report("ended") once the game is gone
