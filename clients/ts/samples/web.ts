import { createSavepoint, localTime, localToken, sendBatch } from "@savepoint/client";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, doc, getFirestore, onSnapshot } from "firebase/firestore";

const asked = Object.fromEntries(new URLSearchParams(location.search));
const { api: baseUrl = "http://localhost:8080", port = 8082, player: uid = "ada" } = asked;

// Sign in.
const token = localToken(baseUrl, uid);
const savepoint = createSavepoint({ baseUrl, clientName: "web/8.4.1", token });

// Listen to stats.
const { data, error } = await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
const game_id = data?.items[0]?.game_id;
if (!game_id) throw new Error(error?.detail ?? "The catalog does not know this game.");
const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
connectFirestoreEmulator(db, "localhost", Number(port), { mockUserToken: await token(false) });
const stats = doc(db, "players", uid, "stats", game_id);
const show = (text: string) => void (document.body.textContent = text);
// The emulator, unlike production, misses what changes while it begins to listen.
await new Promise((begun, failed) =>
  onSnapshot(stats, (now) => begun(show(JSON.stringify(now.data() ?? "not played yet"))), failed),
);

// Report a session.
const page = crypto.randomUUID();
const ids = { session_id: page, install_id: "kept-in-storage", boot_id: page };
const report = (kind: "started" | "heartbeat" | "ended") => {
  const now = { at: localTime(), uptime_ms: Math.round(performance.now()) };
  const moment = { ...ids, event_id: crypto.randomUUID(), game_id, kind, ...now };
  const sending = sendBatch(savepoint, "/v1/me/sessions:batch", [moment]);
  return sending.then(console.log, console.warn); // what was taken, or that the network is away
};
await report("started");
setInterval(report, 4 * 60_000, "heartbeat"); // and report("ended") once the game is gone
