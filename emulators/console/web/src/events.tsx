/** Live events: each function run as it happens. */

import { useState } from "preact/hooks";
import { runs, type Span } from "./live";
import { clock, href, millis } from "./ui";

const MAX_ROWS = 200;

interface Filter {
  text: string;
  failedOnly: boolean;
  adminReads: boolean;
}

/** Tell whether a span is an admin read; most of these are the console's own requests. */
function isAdminRead(span: Span): boolean {
  return span.name.startsWith("GET /v1/admin/");
}

function matches(span: Span, { text, failedOnly, adminReads }: Filter): boolean {
  if (failedOnly && !span.failed) return false;
  if (!adminReads && isAdminRead(span)) return false;
  const searched = `${span.function} ${span.kind} ${span.name} ${span.status} ${span.trace}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => searched.includes(word));
}

export function Events() {
  const [filter, setFilter] = useState<Filter>({ text: "", failedOnly: false, adminReads: false });
  const [paused, setPaused] = useState<readonly Span[] | null>(null);
  const all = paused ?? runs.value;
  const shown = all.filter((span) => matches(span, filter)).slice(0, MAX_ROWS);
  const newer = paused ? runs.value.findIndex((span) => span.id === paused[0]?.id) : 0;
  const count = newer < 0 ? ` (${runs.value.length}+ new)` : newer ? ` (${newer} new)` : "";
  return (
    <>
      <form class="bar" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          Filter <input type="search" value={filter.text} placeholder="function, path or status"
            onInput={(event) => setFilter({ ...filter, text: event.currentTarget.value })} />
        </label>
        <label>
          <input type="checkbox" checked={filter.failedOnly}
            onChange={(event) => setFilter({ ...filter, failedOnly: event.currentTarget.checked })} />
          Failed only
        </label>
        <label>
          <input type="checkbox" checked={filter.adminReads}
            onChange={(event) => setFilter({ ...filter, adminReads: event.currentTarget.checked })} />
          Include admin reads
        </label>
        <button type="button" onClick={() => setPaused(paused ? null : runs.value)}>
          {paused ? `Resume${count}` : "Pause"}
        </button>
      </form>
      {!shown.length && (all.length
        ? <p class="quiet">No matches in the last {all.length} events.</p>
        : <p class="quiet">No events yet. <a href={href("simulate")}>Simulate a play session</a>.</p>)}
      {shown.length > 0 && <List spans={shown} />}
    </>
  );
}

function List({ spans }: { spans: readonly Span[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Events, newest first">
      <table class="events">
        <thead>
          <tr>{["time", "kind", "function", "name", "status", "duration"].map((name) => <th scope="col" key={name}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {spans.map((span) => (
            <tr key={span.id} class={span.failed ? "failed" : ""} data-trace={span.trace} data-span={span.id}>
              <td><time dateTime={span.start}>{clock(span.start)}</time></td>
              <td><span class={`kind ${span.kind}`}>{span.kind}</span></td>
              <td>{span.function}</td>
              <td><a href={href("trace", span.trace)}>{span.name}</a></td>
              <td>{span.status}</td>
              <td class="number">{millis(span.ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
