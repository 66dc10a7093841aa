import { cachedToken, createSavepoint, localTime, sendBatch } from "@savepoint/client";
import { initializeApp } from "firebase/app";
import { connectFirestoreEmulator, doc, getFirestore, onSnapshot } from "firebase/firestore";

const asked = Object.fromEntries(new URLSearchParams(location.search));
const { api: baseUrl = "http://localhost:8080", player: uid = "ada" } = asked;
const [host = "", port] = (asked["documents"] ?? "localhost:8082").split(":");

// Sign in.
const token = cachedToken(async () => {
  const body = JSON.stringify({ uid });
  const answer = await fetch(`${baseUrl}/_local/issuer/token`, { method: "POST", body });
  return ((await answer.json()) as { id_token: string }).id_token;
});
const savepoint = createSavepoint({ baseUrl, clientName: "web/8.4.1", token });

// Listen to stats.
const { data, error } = await savepoint.GET("/v1/games", { params: { query: { q: "Hades" } } });
const game_id = data?.items[0]?.game_id;
if (!game_id) throw new Error(error?.detail ?? "The catalog does not know this game.");
const db = getFirestore(initializeApp({ projectId: "demo-savepoint" }));
connectFirestoreEmulator(db, host, Number(port), { mockUserToken: await token(false) });
// The emulator, unlike production, misses what changes while it begins to listen.
await new Promise<void>((listening) => {
  onSnapshot(doc(db, "players", uid, "stats", game_id), (stats) => {
    document.body.textContent = JSON.stringify(stats.data() ?? "not played yet");
    listening();
  });
});

// Report a session.
const page = crypto.randomUUID();
const ids = { session_id: page, install_id: "kept-in-storage", boot_id: page };
const report = async (kind: "started" | "heartbeat" | "ended") => {
  const now = { at: localTime(), uptime_ms: Math.round(performance.now()) };
  const moment = { ...ids, event_id: crypto.randomUUID(), game_id, kind, ...now };
  const { rejected } = await sendBatch(savepoint, "/v1/me/sessions:batch", [moment]);
  for (const { code, detail } of rejected) console.warn(code, detail);
};
await report("started");
setInterval(report, 4 * 60_000, "heartbeat"); // and report("ended") once the game is gone
