/** Operations: the operator's views and actions, through the same `/v1/admin` API as in production. */

import { useState } from "preact/hooks";
import { call, consoleGet, consolePost, type Row, type Topology } from "./api";
import type { Span } from "./live";
import { ActionButton, href, Pager, Pending, ReasonButton, Rows, traceOf, useQuery, useReloadAfter } from "./ui";

interface Backlog {
  waiting: number;
  oldest_at?: string;
}

interface Consumer {
  consumer: string;
  failing: Backlog;
  open_dead_letters: number;
  paused?: { reason: string };
  reason?: string;
}

interface ConsumerPage {
  items: Consumer[];
  outbox: Backlog;
  projections_due: Backlog;
}

interface DeadLetter {
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

const RELOAD_AFTER_MS = 1500;

const admin = <T,>(method: "GET" | "POST", path: string, body?: unknown) =>
  call<T>("admin", method, `/v1/admin/${path}`, body);

/** The page's own requests must not trigger a reload. */
const isEvent = (span: Span) => span.kind !== "http" && span.function !== "operations";

export function Operations() {
  return (
    <>
      <Consumers />
      <DeadLetters />
      <Schedules />
      <Projections />
      <Audit />
    </>
  );
}

function Consumers() {
  const query = useQuery(async () => {
    const [page, topology] = await Promise.all([
      admin<ConsumerPage>("GET", "consumers"),
      consoleGet<Topology>("topology"),
    ]);
    const names = topology.nodes.filter((one) => one.kind === "trigger").map((one) => one.name);
    return { page, names };
  }, []);
  useReloadAfter(isEvent, query.reload, RELOAD_AFTER_MS);
  return (
    <section aria-labelledby="consumers">
      <h2 id="consumers">Consumers</h2>
      <Pending query={query} />
      {query.data && <ConsumerTable {...query.data} reload={query.reload} />}
    </section>
  );
}

function ConsumerTable({ page, names, reload }: {
  page: ConsumerPage;
  names: string[];
  reload: () => void;
}) {
  const byName = new Map(page.items.map((one) => [one.consumer, one]));
  const backlog = (one: Backlog) => `${one.waiting}${one.oldest_at ? ` since ${one.oldest_at}` : ""}`;
  return (
    <>
      <p>
        Outbox backlog: <b data-outbox>{backlog(page.outbox)}</b>. Projections due:{" "}
        <b>{backlog(page.projections_due)}</b>.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Backlog per consumer">
        <table>
          <thead>
            <tr>{["consumer", "failing", "last error", "open dead letters", "state", "actions"].map((name) => <th scope="col" key={name}>{name}</th>)}</tr>
          </thead>
          <tbody>
            {names.map((name) => <ConsumerRow key={name} name={name} one={byName.get(name)} reload={reload} />)}
          </tbody>
        </table>
      </div>
    </>
  );
}

function ConsumerRow({ name, one, reload }: {
  name: string;
  one: Consumer | undefined;
  reload: () => void;
}) {
  const failing = one?.failing.waiting ?? 0;
  const paused = one?.paused;
  return (
    <tr data-consumer={name} class={failing || paused ? "differs" : ""}>
      <th scope="row">{name}</th>
      <td class="number">{failing}</td>
      <td>{one?.reason?.trim().split("\n").pop() ?? ""}</td>
      <td class="number">{one?.open_dead_letters ?? 0}</td>
      <td>{paused ? `paused: ${paused.reason}` : "running"}</td>
      <td>
        {paused ? (
          <ActionButton label={`Resume ${name}`} run={async () => {
            await admin("POST", `consumers/${name}/resume`);
            reload();
          }}>Resume</ActionButton>
        ) : (
          <ReasonButton label={`Pause ${name}`} run={async (reason) => {
            await admin("POST", `consumers/${name}/pause`, { reason });
            reload();
          }}>Pause</ReasonButton>
        )}
      </td>
    </tr>
  );
}

function DeadLetters() {
  const [state, setState] = useState("open");
  const [cursors, setCursors] = useState<readonly string[]>([""]);
  const cursor = cursors.at(-1)!;
  const query = useQuery(
    () => admin<Page<DeadLetter>>("GET", `dead-letters?state=${state}&limit=20${cursor && `&cursor=${encodeURIComponent(cursor)}`}`),
    [state, cursor],
  );
  useReloadAfter(isEvent, query.reload, RELOAD_AFTER_MS);
  return (
    <section aria-labelledby="letters">
      <h2 id="letters">Dead letters</h2>
      <p class="bar">
        <label>
          State{" "}
          <select value={state} onChange={(event) => {
            setState(event.currentTarget.value);
            setCursors([""]);
          }}>
            {["open", "redriven", "resolved"].map((one) => <option key={one}>{one}</option>)}
          </select>
        </label>
      </p>
      <Pending query={query} />
      {query.data && !query.data.items.length && <p class="quiet">No dead letters. <a href={href("simulate")}>Publish a poison message</a> to create one.</p>}
      <ul class="letters">
        {query.data?.items.map((one) => (
          <DeadLetterItem key={one.dead_letter_id} letter={one} open={state === "open"} reload={query.reload} />
        ))}
      </ul>
      <Pager cursors={cursors} setCursors={setCursors} next={query.data?.next_cursor} />
    </section>
  );
}

function DeadLetterItem({ letter, open, reload }: { letter: DeadLetter; open: boolean; reload: () => void }) {
  const [details, setDetails] = useState<Row | null>(null);
  const [status, setStatus] = useState("");
  const path = `dead-letters/${letter.dead_letter_id}`;
  const name = `dead letter ${letter.dead_letter_id}`;
  return (
    <li class="card" data-letter={letter.dead_letter_id} data-event={letter.event_id}>
      <p>
        <b>{letter.dead_letter_id}</b> {letter.consumer} <span class="kind bad">{letter.code}</span>{" "}
        <time>{letter.occurred_at}</time><br />
        <small>{letter.event_id}: {letter.reason.trim().split("\n").pop()}</small>
      </p>
      <p class="bar">
        <ActionButton label={`${details ? "Hide" : "Show"} ${name}`} run={async () => setDetails(details ? null : await admin<Row>("GET", path))}>{details ? "Hide" : "Show"}</ActionButton>
        {open && (
          <>
            <ActionButton label={`Redrive ${name}`} run={async () => {
              const result = await admin<{ state: string; status?: number; detail?: string }>("POST", `${path}/redrive`);
              setStatus(result.state === "redriven" ? "Redriven." : `Still open: ${result.status ?? ""} ${result.detail ?? ""}`);
              reload();
            }}>Redrive</ActionButton>
            <ReasonButton label={`Resolve ${name}`} run={async (reason) => {
              await admin("POST", `${path}/resolve`, { reason });
              reload();
            }}>Resolve</ReasonButton>
          </>
        )}
        <span role="status">{status}</span>
      </p>
      {details && <DeadLetterDetails letter={details} />}
    </li>
  );
}

function DeadLetterDetails({ letter }: { letter: Row }) {
  const { reason, ...rest } = letter;
  const trace = traceOf(rest.traceparent);
  return (
    <>
      <pre tabIndex={0}>{String(reason).trim()}</pre>
      <pre tabIndex={0}>{JSON.stringify(rest, null, 2)}</pre>
      {trace && <p><a href={href("trace", trace)}>View trace</a></p>}
    </>
  );
}

function Schedules() {
  const query = useQuery(() => consoleGet<{ schedules: { name: string; schedule: string }[] }>("schedules"), []);
  return (
    <section aria-labelledby="schedules">
      <h2 id="schedules">Schedules</h2>
      <Pending query={query} />
      <table>
        <tbody>
          {query.data?.schedules.map((one) => <Schedule key={one.name} {...one} />)}
        </tbody>
      </table>
    </section>
  );
}

function Schedule({ name, schedule }: { name: string; schedule: string }) {
  const [status, setStatus] = useState("");
  return (
    <tr data-schedule={name}>
      <th scope="row">{name}</th>
      <td><code>{schedule}</code></td>
      <td>
        <ActionButton label={`Run now: ${name}`} run={async () => {
          const result = await consolePost<{ status: number; text: string }>(`schedules/${name}/run`);
          setStatus(`Returned ${result.status} ${result.text.slice(0, 200)}`);
        }}>Run now</ActionButton>
      </td>
      <td role="status">{status}</td>
    </tr>
  );
}

function Projections() {
  const [uid, setUid] = useState("ada");
  const [comparison, setComparison] = useState<{ equal: boolean; rows: Row; differences: Row[] } | null>(null);
  const [status, setStatus] = useState("");
  const compare = async () => setComparison(await admin("GET", `projections?uid=${encodeURIComponent(uid)}`));
  return (
    <section aria-labelledby="projections">
      <h2 id="projections">Projections</h2>
      <p class="bar">
        <label>uid <input value={uid} onInput={(event) => setUid(event.currentTarget.value)} /></label>
        <ActionButton run={compare}>Compare</ActionButton>
        <ActionButton run={async () => {
          const { rebuilt } = await admin<{ rebuilt: number }>("POST", "projections/rebuild", { kind: "stats", uid });
          setStatus(`${rebuilt} documents written.`);
          await compare();
        }}>Rebuild</ActionButton>
        <span role="status">
          {status} {comparison && (comparison.equal ? `No differences in ${JSON.stringify(comparison.rows)}.` : `Differences: ${comparison.differences.length}.`)}
        </span>
      </p>
      {comparison && !comparison.equal && <Rows caption="Differences" rows={comparison.differences} isMarked={() => true} />}
    </section>
  );
}

function Audit() {
  const query = useQuery(() => admin<Page<Row>>("GET", "audit?limit=10"), []);
  return (
    <section aria-labelledby="audit">
      <h2 id="audit">Audit log</h2>
      <p><button type="button" onClick={query.reload}>Reload</button></p>
      <Pending query={query} />
      {query.data && <Rows rows={query.data.items} caption="Last 10 entries" empty="No entries yet." />}
    </section>
  );
}
