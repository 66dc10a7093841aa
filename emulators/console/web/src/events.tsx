/** Live events: each request and event as it happens. */

import { useState } from "preact/hooks";
import { runs, type Span } from "./live";
import { clock, millis, to } from "./ui";

const SHOWN = 200;

interface Wish {
  words: string;
  onlyFailed: boolean;
  withReads: boolean;
}

/** What an operator reads, this console's views among them, is not what one came to see. */
function isOperatorsRead(span: Span): boolean {
  return span.name.startsWith("GET /v1/admin/");
}

function fits(span: Span, { words, onlyFailed, withReads }: Wish): boolean {
  if (onlyFailed && !span.failed) return false;
  if (!withReads && isOperatorsRead(span)) return false;
  const said = `${span.function} ${span.kind} ${span.name} ${span.status} ${span.trace}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}

export function Events() {
  const [wish, setWish] = useState<Wish>({ words: "", onlyFailed: false, withReads: false });
  const [held, hold] = useState<readonly Span[] | null>(null);
  const all = held ?? runs.value;
  const shown = all.filter((span) => fits(span, wish)).slice(0, SHOWN);
  const missed = held ? runs.value.findIndex((span) => span.id === held[0]?.id) : 0;
  const waiting = missed < 0 ? ` (${runs.value.length}+ new)` : missed ? ` (${missed} new)` : "";
  return (
    <>
      <form class="bar" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          Find <input type="search" value={wish.words} placeholder="a function, a path, a status"
            onInput={(event) => setWish({ ...wish, words: event.currentTarget.value })} />
        </label>
        <label>
          <input type="checkbox" checked={wish.onlyFailed}
            onChange={(event) => setWish({ ...wish, onlyFailed: event.currentTarget.checked })} />
          only failed
        </label>
        <label>
          <input type="checkbox" checked={wish.withReads}
            onChange={(event) => setWish({ ...wish, withReads: event.currentTarget.checked })} />
          operators' reads too
        </label>
        <button type="button" aria-pressed={held !== null}
          onClick={() => hold(held ? null : runs.value)}>
          {held ? `Go on${waiting}` : "Hold still"}
        </button>
      </form>
      {!shown.length && (all.length
        ? <p class="quiet">None of the last {all.length} fits.</p>
        : <p class="quiet">Nothing yet. <a href={to("play")}>Let ada play</a>.</p>)}
      {shown.length > 0 && <List spans={shown} />}
    </>
  );
}

function List({ spans }: { spans: readonly Span[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Events, the newest first">
      <table class="events">
        <thead>
          <tr>{["time", "kind", "function", "what", "status", "took"].map((name) => <th scope="col" key={name}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {spans.map((span) => (
            <tr key={span.id} class={span.failed ? "failed" : ""} data-trace={span.trace} data-span={span.id}>
              <td><time dateTime={span.start}>{clock(span.start)}</time></td>
              <td><span class={`kind ${span.kind}`}>{span.kind}</span></td>
              <td>{span.function}</td>
              <td><a href={to("trace", span.trace)}>{span.name}</a></td>
              <td>{span.status}</td>
              <td class="number">{millis(span.ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
