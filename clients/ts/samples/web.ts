import { createSavepointClient, localTimestamp, localTokenSource, sendBatch } from "@savepoint/client";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, doc, getFirestore, onSnapshot } from "firebase/firestore";

const params = Object.fromEntries(new URLSearchParams(location.search));
const { api: baseUrl = "http://localhost:8080", port = 8082, player: uid = "ada" } = params;

// Sign in.
const getToken = localTokenSource(baseUrl, uid);
const savepoint = createSavepointClient({ baseUrl, clientName: "web/8.4.1", getToken });

// Listen to stats.
const { data, error } = await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
const game_id = data?.items[0]?.game_id;
if (!game_id) throw new Error(error?.detail ?? "This game is not in the catalog.");
const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
connectFirestoreEmulator(db, "localhost", Number(port), { mockUserToken: await getToken(false) });
const stats = doc(db, "players", uid, "stats", game_id);
const show = (text: string) => void (document.body.textContent = text);
// Wait for the first snapshot: unlike production, the emulator misses changes before it.
await new Promise((resolve, reject) =>
  onSnapshot(stats, (snap) => resolve(show(JSON.stringify(snap.data() ?? "not played yet"))), reject),
);

// Report a session.
const id = crypto.randomUUID();
const ids = { session_id: id, install_id: "stored-in-browser", boot_id: id };
const report = (kind: "started" | "heartbeat" | "ended") => {
  const now = { at: localTimestamp(), uptime_ms: Math.round(performance.now()) };
  const item = { ...ids, event_id: crypto.randomUUID(), game_id, kind, ...now };
  const sent = sendBatch(savepoint, "/v1/me/sessions:batch", [item]);
  return sent.then(console.log, console.warn); // the receipt, or a network error
};
await report("started");
setInterval(report, 4 * 60_000, "heartbeat"); // and report("ended") when the game exits
