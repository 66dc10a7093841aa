/** Play: let ada play and see the whole way; then break things and see what the promises are worth. */

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { act, ask, call, type Exchange, type Whole } from "./api";
import { health, runs } from "./live";
import { Waterfall } from "./trace";
import { Act, Pending, to, useAsked } from "./ui";

interface Played {
  trace: string;
  receipt: { accepted: number; rejected: unknown[] };
  game: { game_id: string; title: string };
}

interface Days {
  items: { play_ms: number }[];
  next_cursor?: string;
}

const STORES = [
  { name: "mysql", promise: "Sessions are still taken: a message waits. When MySQL is back, it counts." },
  { name: "firestore", promise: "Playtime counts; the stats document follows once Firestore is back. The emulator forgets what it held: rebuild writes the documents again." },
  { name: "pubsub", promise: "A report is refused with 503 and when to come again; nothing is half done. The emulator forgets what waited in it." },
  { name: "objects", promise: "Uploads and downloads wait a moment, or are refused with 503; what lies in it is there again." },
  { name: "functions", promise: "Callers wait a moment; whatever was under way is delivered again." },
];

const played = signal<Played | null>(null);

/** Return how long ada has played what, in ms, over all her days. */
async function total(): Promise<number> {
  let [sum, cursor] = [0, ""];
  do {
    const page = await call<Days>("ada", "GET", `/v1/me/playtime?limit=500${cursor}`);
    sum += page.items.reduce((all, day) => all + day.play_ms, 0);
    cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : "";
  } while (cursor);
  return sum;
}

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`;

export function Play() {
  return (
    <>
      <Hour />
      <Twice />
      <Kill />
      <Break />
      <Poison />
    </>
  );
}

function Hour() {
  return (
    <section class="card" aria-labelledby="hour">
      <h2 id="hour">Play for an hour</h2>
      <p>
        Ada reports an hour of play, until now. Her client calls one function; the rest follows
        from messages and documents.
      </p>
      <p class="bar">
        <Act does={async () => (played.value = await act<Played>("play", { minutes: 60 }))}>Let ada play for an hour</Act>
        <span role="status">
          {played.value && `${played.value.game.title}: ${played.value.receipt.accepted} moments accepted.`}
        </span>
        {played.value && <a href={to("data", "players", "ada")}>Her rows and documents</a>}
      </p>
      {played.value && <Waterfall key={played.value.trace} trace={played.value.trace} />}
    </section>
  );
}

function Twice() {
  const [told, tell] = useState("");
  const deliver = async () => {
    const message = runs.value.find(
      (span) => span.kind === "message" && span.function === "roll_up_sessions" && span.status === 204,
    );
    if (!message) throw new Error("No session was delivered yet: let ada play first.");
    const before = await total();
    const known = await ask<Exchange>(`exchanges/${message.id}`);
    const said = await act<{ status: number }>(`exchanges/${message.id}/again`);
    const after = await total();
    const change = after === before ? "the same as before." : `${after - before} ms more; does she play just now?`;
    const done = said.status === 204 ? "" : " and did nothing";
    tell(`${known.function} answered ${said.status}${done} to the second delivery. Ada's playtime: ${minutes(after)}, ${change}`);
  };
  return (
    <section class="card" aria-labelledby="twice">
      <h2 id="twice">Deliver twice</h2>
      <p>Pub/Sub delivers at least once. The last message goes to its consumer again, byte for byte; her playtime must not change.</p>
      <p class="bar"><Act does={deliver}>Deliver twice</Act> <span role="status">{told}</span></p>
    </section>
  );
}

function Kill() {
  return (
    <section class="card" aria-labelledby="kill">
      <h2 id="kill">Kill a part</h2>
      <p>With -9, in the middle of whatever it does. The local cloud starts it again.</p>
      <ul class="plain">
        {STORES.map((one) => {
          const phase = health.value?.services[one.name]?.phase ?? "unknown";
          return (
            <li key={one.name} data-kill={one.name} data-phase={phase}>
              <Act danger does={() => act(`services/${one.name}/kill`)}>Kill {one.name}</Act>{" "}
              <b class={phase === "ready" ? "" : "error"}>{phase}</b> <span class="quiet">{one.promise}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Break() {
  const asked = useAsked(() => ask<Whole>("whole"), []);
  const [name, setName] = useState("roll_up_sessions");
  const known = health.value?.broken ?? [];
  // Whom a caller or a clock calls, nobody calls again.
  const retried = new Set(asked.data?.edges.filter((one) => one.kind === "pushes" || one.kind === "fires").map((one) => one.to));
  const names = asked.data?.nodes.filter((one) => retried.has(one.id)).map((one) => one.name);
  return (
    <section class="card" aria-labelledby="break">
      <h2 id="break">Break a handler</h2>
      <p>
        It answers 500 before its code runs. What it should have done waits, is retried with a
        growing pause, and is done once the handler is mended: let ada play meanwhile.
      </p>
      <Pending asked={asked} />
      <p class="bar">
        <label>
          Handler{" "}
          <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
            {names?.map((one) => <option key={one}>{one}</option>)}
          </select>
        </label>
        <Act danger does={() => act(`functions/${name}/break`)}>Break this handler</Act>
      </p>
      <ul class="plain" aria-label="Broken handlers">
        {known.map((one) => (
          <li key={one}><b class="error">{one} is broken</b> <Act does={() => act(`functions/${one}/mend`)}>Mend {one}</Act></li>
        ))}
      </ul>
    </section>
  );
}

function Poison() {
  const [told, tell] = useState("");
  return (
    <section class="card" aria-labelledby="poison">
      <h2 id="poison">Poison a topic</h2>
      <p>A message that nobody can read, where sessions are reported. It becomes a dead letter and holds nobody up.</p>
      <p class="bar">
        <Act does={async () => {
          tell((await act<{ event_id: string }>("poison")).event_id);
        }}>Publish poison</Act>
        <span role="status">{told && <>{told}: see <a href={to("operations")}>the dead letters</a>.</>}</span>
      </p>
    </section>
  );
}
