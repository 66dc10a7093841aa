// Runs a queue in its own process, so that it can be killed: `add SESSIONS` or `send`.
import { createSavepointClient, localTimestamp } from "@savepoint/client";
import { openQueue } from "@savepoint/client/queue";

const { SAVEPOINT_URL = "", TOKEN = "", FOLDER = "", HANG_AT = "" } = process.env;
const [command, sessions] = process.argv.slice(2);

let responses = 0;
const savepoint = createSavepointClient({
  baseUrl: SAVEPOINT_URL,
  clientName: "desktop/8.4.1 (linux; x64)",
  getToken: async () => TOKEN,
  // The server has accepted a batch but the queue never sees the response: the worst time to die.
  async fetch(request) {
    const response = await fetch(request);
    responses += 1;
    if (responses < Number(HANG_AT || Infinity)) return response;
    console.log("hangs");
    return new Promise(() => setInterval(() => {}, 1000));
  },
});
const queue = await openQueue({ folder: FOLDER, savepoint, path: "/v1/me/sessions:batch" });

if (command === "add") {
  const first = Date.now() - 10 * 24 * 3_600_000;
  for (let session = 0; session < Number(sessions); session++) {
    const moments = (["started", "heartbeat", "ended"] as const).map((kind, index) => {
      const ms = (session * 10 + index * 4) * 60_000;
      return {
        event_id: `${session}-${kind}`,
        session_id: `session-${session}`,
        game_id: "7",
        kind,
        at: localTimestamp(new Date(first + ms)),
        install_id: "i",
        boot_id: "b",
        uptime_ms: 60_000 + ms,
      };
    });
    await queue.add(moments);
    // One item among the others that the server rejects.
    const invalid = moments.slice(0, 1).map((one) => ({ ...one, event_id: "not an id" }));
    if (session === 500) await queue.add(invalid);
  }
}
const outcome = await queue.send().catch((error: unknown) => String(error));
console.log(JSON.stringify({ outcome, left: queue.size }));
await queue.close();
