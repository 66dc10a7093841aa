/** Simulate: report play for ada, inject failures, and watch the system recover. */

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { call, consoleGet, consolePost, type Exchange, type Topology } from "./api";
import { health, runs } from "./live";
import { Waterfall } from "./trace";
import { ActionButton, href, Pending, useQuery } from "./ui";

interface Play {
  trace: string;
  receipt: { accepted: number; rejected: unknown[] };
  game: { game_id: string; title: string };
}

interface PlaytimePage {
  items: { play_ms: number }[];
  next_cursor?: string;
}

const SERVICES = [
  { name: "mysql", effect: "Sessions are still accepted: their messages wait, and count once MySQL is back." },
  { name: "firestore", effect: "Playtime still counts; the stats document follows once Firestore is back. The emulator loses its data: rebuild the projection to write the documents again." },
  { name: "pubsub", effect: "Reports are rejected with 503 and Retry-After; nothing is stored partially. The emulator loses undelivered messages." },
  { name: "objects", effect: "Uploads and downloads are delayed, or rejected with 503; stored objects survive." },
  { name: "functions", effect: "Callers wait for the restart; events in progress are delivered again." },
];

const lastPlay = signal<Play | null>(null);

/** Return ada's total playtime in ms. */
async function totalPlaytime(): Promise<number> {
  let [sum, cursor] = [0, ""];
  do {
    const page = await call<PlaytimePage>("ada", "GET", `/v1/me/playtime?limit=500${cursor}`);
    sum += page.items.reduce((all, day) => all + day.play_ms, 0);
    cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : "";
  } while (cursor);
  return sum;
}

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`;

export function Simulate() {
  return (
    <>
      <ReportPlay />
      <Redeliver />
      <KillService />
      <BreakHandler />
      <PublishPoison />
    </>
  );
}

function ReportPlay() {
  const play = lastPlay.value;
  return (
    <section class="card" aria-labelledby="report">
      <h2 id="report">Report a play session</h2>
      <p>
        Reports an hour of play for ada that ends now. Her client calls one function; messages and
        document events trigger the rest.
      </p>
      <p class="bar">
        <ActionButton run={async () => (lastPlay.value = await consolePost<Play>("play", { minutes: 60 }))}>Report one hour of play</ActionButton>
        <span role="status">{play && `${play.game.title}: ${play.receipt.accepted} reports accepted.`}</span>
        {play && <a href={href("data", "players", "ada")}>View ada's rows and documents</a>}
      </p>
      {play && <Waterfall key={play.trace} trace={play.trace} />}
    </section>
  );
}

function Redeliver() {
  const [status, setStatus] = useState("");
  const redeliver = async () => {
    const message = runs.value.find(
      (span) => span.kind === "message" && span.function === "roll_up_sessions" && span.status === 204,
    );
    if (!message) throw new Error("No session has been delivered yet. Report a play session first.");
    const before = await totalPlaytime();
    const exchange = await consoleGet<Exchange>(`exchanges/${message.id}`);
    const replayed = await consolePost<{ status: number }>(`exchanges/${message.id}/replay`);
    const after = await totalPlaytime();
    const change = after === before ? "unchanged." : `${after - before} ms more; was another session reported meanwhile?`;
    setStatus(`${exchange.function} returned ${replayed.status} for the second delivery. Ada's playtime: ${minutes(after)}, ${change}`);
  };
  return (
    <section class="card" aria-labelledby="redeliver">
      <h2 id="redeliver">Deliver a message twice</h2>
      <p>Pub/Sub delivers at least once. This redelivers the last message to its consumer, byte for byte; ada's playtime must not change.</p>
      <p class="bar"><ActionButton run={redeliver}>Redeliver last message</ActionButton> <span role="status">{status}</span></p>
    </section>
  );
}

function KillService() {
  return (
    <section class="card" aria-labelledby="kill">
      <h2 id="kill">Kill a service</h2>
      <p>Sends SIGKILL to the service's process. The local cloud restarts it.</p>
      <ul class="plain">
        {SERVICES.map(({ name, effect }) => {
          const phase = health.value?.services[name]?.phase ?? "unknown";
          return (
            <li key={name} data-kill={name} data-phase={phase}>
              <ActionButton danger run={() => consolePost(`services/${name}/kill`)}>Kill {name}</ActionButton>{" "}
              <b class={phase === "ready" ? "" : "error"}>{phase}</b> <span class="quiet">{effect}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function BreakHandler() {
  const query = useQuery(() => consoleGet<Topology>("topology"), []);
  const [name, setName] = useState("roll_up_sessions");
  // Only pushed messages and document events are retried; HTTP requests and schedules are not.
  const retried = new Set(query.data?.edges.filter((one) => one.kind === "pushes" || one.kind === "fires").map((one) => one.to));
  const names = query.data?.nodes.filter((one) => retried.has(one.id)).map((one) => one.name);
  return (
    <section class="card" aria-labelledby="break">
      <h2 id="break">Break a handler</h2>
      <p>
        The handler returns 500 without running its code. Its events wait, are retried with backoff,
        and are processed once you restore it. Report a play session in the meantime.
      </p>
      <Pending query={query} />
      <p class="bar">
        <label>
          Handler{" "}
          <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
            {names?.map((one) => <option key={one}>{one}</option>)}
          </select>
        </label>
        <ActionButton danger run={() => consolePost(`functions/${name}/break`)}>Break handler</ActionButton>
      </p>
      <ul class="plain" aria-label="Broken handlers">
        {health.value?.broken.map((one) => (
          <li key={one}><b class="error">{one} is broken</b> <ActionButton run={() => consolePost(`functions/${one}/restore`)}>Restore {one}</ActionButton></li>
        ))}
      </ul>
    </section>
  );
}

function PublishPoison() {
  const [eventId, setEventId] = useState("");
  return (
    <section class="card" aria-labelledby="poison">
      <h2 id="poison">Publish a poison message</h2>
      <p>Publishes a message that cannot be parsed to the topic of reported sessions. It becomes a dead letter and does not block other messages.</p>
      <p class="bar">
        <ActionButton run={async () => setEventId((await consolePost<{ event_id: string }>("poison")).event_id)}>Publish poison message</ActionButton>
        <span role="status">{eventId && <>{eventId}: see <a href={href("operations")}>dead letters</a>.</>}</span>
      </p>
    </section>
  );
}
