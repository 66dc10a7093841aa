import { uptime } from "node:os";
import { createSavepointClient, localTimestamp, localTokenSource } from "@savepoint/client";
import { openQueue } from "@savepoint/client/queue";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, doc, getFirestore, onSnapshot } from "firebase/firestore";

const { SAVEPOINT_URL: baseUrl = "http://localhost:8080", PLAYER: uid = "ada" } = process.env;
const { FIRESTORE_PORT: port = 8082, USER_DATA = "." } = process.env; // app.getPath("userData")

// Sign in.
const getToken = localTokenSource(baseUrl, uid);
const savepoint = createSavepointClient({ baseUrl, clientName: "desktop/8.4.1 (win32)", getToken });

// Listen to stats.
const { data, error } = await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
const game_id = data?.items[0]?.game_id;
if (!game_id) throw new Error(error?.detail ?? "This game is not in the catalog.");
const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
connectFirestoreEmulator(db, "localhost", Number(port), { mockUserToken: await getToken(false) });
const stats = doc(db, "players", uid, "stats", game_id);
// Wait for the first snapshot: unlike production, the emulator misses changes before it.
await new Promise((resolve, reject) =>
  onSnapshot(stats, (snap) => resolve(console.log("%j", snap.data() ?? "not played yet")), reject),
);

// Report a session: added items are on disk, and are sent as soon as there is a network.
const folder = `${USER_DATA}/sessions/${uid}`;
const queue = await openQueue({ folder, savepoint, path: "/v1/me/sessions:batch" });
queue.start();
const id = crypto.randomUUID();
const ids = { session_id: id, install_id: "stored-on-disk", boot_id: id };
const report = (kind: "started" | "heartbeat" | "ended") => {
  const now = { at: localTimestamp(), uptime_ms: Math.round(uptime() * 1000) };
  const item = { ...ids, event_id: crypto.randomUUID(), game_id, kind, ...now };
  return queue.add([item]).catch(console.warn); // the queue or the disk is full
};
await report("started");
setInterval(report, 4 * 60_000, "heartbeat"); // and report("ended") when the game exits
