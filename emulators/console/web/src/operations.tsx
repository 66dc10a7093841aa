/** Operations: what an operator sees and does, over the same `/v1/admin` as in production. */

import { useState } from "preact/hooks";
import { act, ask, call, type Row } from "./api";
import type { Span } from "./live";
import { Act, ActWithReason, Pending, Rows, to, traceOf, Turn, useAfter, useAsked } from "./ui";

interface Waiting {
  waiting: number;
  oldest_at?: string;
}

interface Consumer {
  consumer: string;
  failing: Waiting;
  open_dead_letters: number;
  paused?: { reason: string };
  reason?: string;
}

interface Overview {
  items: Consumer[];
  outbox: Waiting;
  projections_due: Waiting;
}

interface Letter {
  dead_letter_id: string;
  consumer: string;
  code: string;
  event_id: string;
  occurred_at: string;
  reason: string;
}

interface Page<T> {
  items: T[];
  next_cursor?: string;
}

const AGAIN_AFTER_MS = 1500;

const admin = <T,>(method: "GET" | "POST", path: string, body?: unknown) =>
  call<T>("admin", method, `/v1/admin/${path}`, body);

/** What the page itself asks is no event. */
const isEvent = (span: Span) => span.kind !== "http" && span.function !== "operations";

export function Operations() {
  return (
    <>
      <Consumers />
      <Letters />
      <Schedules />
      <Projections />
      <Audit />
    </>
  );
}

function Consumers() {
  const asked = useAsked(async () => {
    const [overview, whole] = await Promise.all([
      admin<Overview>("GET", "consumers"),
      ask<{ nodes: { kind: string; name: string }[] }>("whole"),
    ]);
    const names = whole.nodes.filter((one) => one.kind === "trigger").map((one) => one.name);
    return { overview, names };
  }, []);
  useAfter(isEvent, asked.again, AGAIN_AFTER_MS);
  return (
    <section aria-labelledby="consumers">
      <h2 id="consumers">Consumers</h2>
      <Pending asked={asked} />
      {asked.data && <ConsumerTable {...asked.data} again={asked.again} />}
    </section>
  );
}

function ConsumerTable({ overview, names, again }: {
  overview: Overview;
  names: string[];
  again: () => void;
}) {
  const known = new Map(overview.items.map((one) => [one.consumer, one]));
  const since = (one: Waiting) => `${one.waiting}${one.oldest_at ? ` since ${one.oldest_at}` : ""}`;
  return (
    <>
      <p>
        Outbox: <b data-outbox>{since(overview.outbox)}</b> waiting. Projections due:{" "}
        <b>{since(overview.projections_due)}</b>.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="What waits for whom">
        <table>
          <thead>
            <tr>{["consumer", "failing", "because", "open dead letters", "state", "do"].map((name) => <th scope="col" key={name}>{name}</th>)}</tr>
          </thead>
          <tbody>
            {names.map((name) => <ConsumerRow key={name} name={name} one={known.get(name)} again={again} />)}
          </tbody>
        </table>
      </div>
    </>
  );
}

function ConsumerRow({ name, one, again }: {
  name: string;
  one: Consumer | undefined;
  again: () => void;
}) {
  const failing = one?.failing.waiting ?? 0;
  const paused = one?.paused;
  return (
    <tr data-consumer={name} class={failing || paused ? "differs" : ""}>
      <th scope="row">{name}</th>
      <td class="number">{failing}</td>
      <td>{one?.reason?.trim().split("\n").pop() ?? ""}</td>
      <td class="number">{one?.open_dead_letters ?? 0}</td>
      <td>{paused ? `paused: ${paused.reason}` : "works"}</td>
      <td>
        {paused ? (
          <Act label={`Resume ${name}`} does={async () => {
            await admin("POST", `consumers/${name}/resume`);
            again();
          }}>Resume</Act>
        ) : (
          <ActWithReason label={`Pause ${name}`} does={async (reason) => {
            await admin("POST", `consumers/${name}/pause`, { reason });
            again();
          }}>Pause</ActWithReason>
        )}
      </td>
    </tr>
  );
}

function Letters() {
  const [state, setState] = useState("open");
  const [places, turn] = useState<readonly string[]>([""]);
  const place = places.at(-1)!;
  const asked = useAsked(
    () => admin<Page<Letter>>("GET", `dead-letters?state=${state}&limit=20${place && `&cursor=${encodeURIComponent(place)}`}`),
    [state, place],
  );
  useAfter(isEvent, asked.again, AGAIN_AFTER_MS);
  return (
    <section aria-labelledby="letters">
      <h2 id="letters">Dead letters</h2>
      <p class="bar">
        <label>
          State{" "}
          <select value={state} onChange={(event) => {
            setState(event.currentTarget.value);
            turn([""]);
          }}>
            {["open", "redriven", "resolved"].map((one) => <option key={one}>{one}</option>)}
          </select>
        </label>
      </p>
      <Pending asked={asked} />
      {asked.data && !asked.data.items.length && <p class="quiet">None. <a href={to("play")}>Poison a topic</a> to see one.</p>}
      <ul class="letters">
        {asked.data?.items.map((one) => (
          <LetterItem key={one.dead_letter_id} letter={one} open={state === "open"} again={asked.again} />
        ))}
      </ul>
      <Turn places={places} turn={turn} next={asked.data?.next_cursor} />
    </section>
  );
}

function LetterItem({ letter, open, again }: { letter: Letter; open: boolean; again: () => void }) {
  const [shown, show] = useState<Row | null>(null);
  const [told, tell] = useState("");
  const path = `dead-letters/${letter.dead_letter_id}`;
  const what = `letter ${letter.dead_letter_id}`;
  return (
    <li class="card" data-letter={letter.dead_letter_id} data-event={letter.event_id}>
      <p>
        <b>{letter.dead_letter_id}</b> {letter.consumer} <span class="kind bad">{letter.code}</span>{" "}
        <time>{letter.occurred_at}</time><br />
        <small>{letter.event_id}: {letter.reason.trim().split("\n").pop()}</small>
      </p>
      <p class="bar">
        <Act label={`${shown ? "Hide" : "Show"} ${what}`} does={async () => show(shown ? null : await admin<Row>("GET", path))}>{shown ? "Hide" : "Show"}</Act>
        {open && (
          <>
            <Act label={`Redrive ${what}`} does={async () => {
              const said = await admin<{ state: string; status?: number; detail?: string }>("POST", `${path}/redrive`);
              tell(said.state === "redriven" ? "It is healed." : `Still open: ${said.status ?? ""} ${said.detail ?? ""}`);
              again();
            }}>Redrive</Act>
            <ActWithReason label={`Resolve ${what}`} does={async (reason) => {
              await admin("POST", `${path}/resolve`, { reason });
              again();
            }}>Resolve</ActWithReason>
          </>
        )}
        <span role="status">{told}</span>
      </p>
      {shown && <LetterBody letter={shown} />}
    </li>
  );
}

function LetterBody({ letter }: { letter: Row }) {
  const { reason, ...rest } = letter;
  const trace = traceOf(rest.traceparent);
  return (
    <>
      <pre tabIndex={0}>{String(reason).trim()}</pre>
      <pre tabIndex={0}>{JSON.stringify(rest, null, 2)}</pre>
      {trace && <p><a href={to("trace", trace)}>Its trace</a></p>}
    </>
  );
}

function Schedules() {
  const asked = useAsked(() => ask<{ schedules: { name: string; schedule: string }[] }>("schedules"), []);
  return (
    <section aria-labelledby="schedules">
      <h2 id="schedules">Schedules</h2>
      <Pending asked={asked} />
      <table>
        <tbody>
          {asked.data?.schedules.map((one) => <Schedule key={one.name} {...one} />)}
        </tbody>
      </table>
    </section>
  );
}

function Schedule({ name, schedule }: { name: string; schedule: string }) {
  const [told, tell] = useState("");
  return (
    <tr data-schedule={name}>
      <th scope="row">{name}</th>
      <td><code>{schedule}</code></td>
      <td>
        <Act label={`Run now: ${name}`} does={async () => {
          const said = await act<{ status: number; text: string }>(`schedules/${name}/run`);
          tell(`answered ${said.status} ${said.text.slice(0, 200)}`);
        }}>Run now</Act>
      </td>
      <td role="status">{told}</td>
    </tr>
  );
}

function Projections() {
  const [uid, setUid] = useState("ada");
  const [found, setFound] = useState<{ equal: boolean; rows: Row; differences: Row[] } | null>(null);
  const [told, tell] = useState("");
  const compare = async () => setFound(await admin("GET", `projections?uid=${encodeURIComponent(uid)}`));
  return (
    <section aria-labelledby="projections">
      <h2 id="projections">Projections</h2>
      <p class="bar">
        <label>uid <input value={uid} onInput={(event) => setUid(event.currentTarget.value)} /></label>
        <Act does={compare}>Compare</Act>
        <Act does={async () => {
          const said = await admin<{ rebuilt: number }>("POST", "projections/rebuild", { kind: "stats", uid });
          tell(`${said.rebuilt} documents written.`);
          await compare();
        }}>Rebuild</Act>
        <span role="status">
          {told} {found && (found.equal ? `Equal: ${JSON.stringify(found.rows)}.` : `${found.differences.length} differ.`)}
        </span>
      </p>
      {found && !found.equal && <Rows caption="Differences" rows={found.differences} marked={() => true} />}
    </section>
  );
}

function Audit() {
  const asked = useAsked(() => admin<Page<Row>>("GET", "audit?limit=10"), []);
  return (
    <section aria-labelledby="audit">
      <h2 id="audit">Who did what</h2>
      <p><button type="button" onClick={asked.again}>Read again</button></p>
      <Pending asked={asked} />
      {asked.data && <Rows rows={asked.data.items} caption="The last ten" empty="Nothing yet." />}
    </section>
  );
}
