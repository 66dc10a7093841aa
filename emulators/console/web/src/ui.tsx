/** Small parts that several views use. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Row, Told } from "./api";
import { onSpans, type Span } from "./live";

/** Where the page is: the words after `#/`, decoded. */
export const route = signal<readonly string[]>(words());

function words(): string[] {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return []; // cut off while it was pasted
  }
}

addEventListener("hashchange", () => (route.value = words()));

/** Return the address of a view. */
export function to(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export interface Asked<T> {
  data?: T;
  error?: string;
  again: () => void;
}

/** Ask when the view opens and whenever `about` changes; an answer stays until `again` brings another. */
export function useAsked<T>(asking: () => Promise<T>, about: readonly unknown[]): Asked<T> {
  const [found, setFound] = useState<{ data?: T; error?: string; to?: () => void }>({});
  const newest = useRef(0);
  const again = useCallback(() => {
    const mine = ++newest.current;
    asking().then(
      (data) => mine === newest.current && setFound({ data, to: again }),
      (error: unknown) => mine === newest.current && setFound((before) => ({
        ...(before.to === again && before), error: text(error), to: again,
      })),
    );
  }, about);
  useEffect(() => {
    again();
    return () => void newest.current++;
  }, [again]);
  // An answer to another question is none, not even until the new one comes.
  return found.to === again ? { ...found, again } : { again };
}

/** Ask `again` a moment after spans that are wanted: a storm of them asks a few times only. */
export function useAfter(wanted: (span: Span) => boolean, again: () => void, ms: number): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onSpans((spans) => {
      if (timer !== undefined || !spans.some(wanted)) return;
      timer = setTimeout(() => {
        timer = undefined;
        again();
      }, ms);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [again]);
}

/** Say what went wrong. */
export function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A button that does something once at a time, and says when it could not. */
export function Act({ does, children, label, danger }: {
  does: () => Promise<unknown>;
  children: ComponentChildren;
  label?: string;
  danger?: boolean;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const press = () => {
    setBusy(true);
    setError("");
    does().catch((failed: unknown) => setError(text(failed))).finally(() => setBusy(false));
  };
  return (
    <span class="act">
      <button type="button" class={danger ? "danger" : ""} aria-label={label}
        aria-disabled={busy} onClick={() => busy || press()}>
        {children}
      </button>
      {error && <span class="error" role="alert">{error}</span>}
    </span>
  );
}

/** A button that wants a reason first. */
export function ActWithReason({ does, children, label }: {
  does: (reason: string) => Promise<unknown>;
  children: ComponentChildren;
  label: string;
}) {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <span class="act">
      <button type="button" ref={opener} aria-label={label} aria-expanded={open}
        onClick={() => setOpen(!open)}>{children}</button>
      {open && <Reason label={label} does={does} close={close} />}
    </span>
  );
}

function Reason({ does, label, close }: {
  does: (reason: string) => Promise<unknown>;
  label: string;
  close: () => void;
}) {
  const [reason, setReason] = useState("");
  const [error, setError] = useState("");
  const field = useRef<HTMLInputElement>(null);
  // Once: later drawing must not take the focus from where a person has moved it.
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = () => {
    if (!reason.trim()) return setError("Say why.");
    does(reason.trim()).then(close, (failed: unknown) => setError(text(failed)));
  };
  return (
    <form class="act" onKeyDown={(event) => event.key === "Escape" && close()}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}>
      <input ref={field} aria-label={`Reason: ${label}`} placeholder="Reason, for the audit"
        value={reason} maxLength={500} onInput={(event) => setReason(event.currentTarget.value)} />
      <button type="submit" aria-label={`Do it: ${label}`}>Do it</button>
      {error && <span class="error" role="alert">{error}</span>}
    </form>
  );
}

/** What is shown while nothing is known, or what went wrong. */
export function Pending({ asked }: { asked: Asked<unknown> }) {
  if (asked.error) {
    return (
      <p class="error" role="alert">
        {asked.error} <button type="button" onClick={asked.again}>Try again</button>
      </p>
    );
  }
  return asked.data === undefined ? <p class="quiet" role="status">Asking …</p> : null;
}

/** Rows of a store, as they are. */
export function Rows({ rows, columns, marked = () => false, caption, empty = "No rows." }: {
  rows: readonly Row[];
  columns?: readonly string[];
  marked?: (row: Row) => boolean;
  caption?: string;
  empty?: string;
}) {
  const shown = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (!rows.length) return <p class="quiet">{caption && `${caption}: `}{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption ?? "Rows"}>
      <table>
        {caption && <caption>{caption}</caption>}
        <thead><tr>{shown.map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index} class={marked(row) ? "differs" : ""}>
              {shown.map((name) => <td key={name}><Value value={row[name]} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Leads back and on through pages; `places` are where those so far begin. */
export function Turn({ places, turn, next }: {
  places: readonly string[];
  turn: (places: readonly string[]) => void;
  next: string | undefined;
}) {
  return (
    <p class="bar">
      {places.length > 1 && <button type="button" onClick={() => turn(places.slice(0, -1))}>Back</button>}
      {next && <button type="button" onClick={() => turn([...places, next])}>Next page</button>}
    </p>
  );
}

/** Leads to the waterfall of an answer. */
export function Way({ of }: { of: Told<unknown> }) {
  return of.trace ? <a href={to("trace", of.trace)}>Its way</a> : null;
}

/** Return the trace that a traceparent names. */
export function traceOf(traceparent: unknown): string | undefined {
  return /^00-([0-9a-f]{32})-/.exec(String(traceparent))?.[1];
}

export function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span class="quiet">∅</span>;
  if (typeof value === "object") return <code>{JSON.stringify(value)}</code>;
  const found = String(value);
  const trace = traceOf(found);
  return trace ? <a href={to("trace", trace)}>{trace.slice(0, 8)}…</a> : <>{found}</>;
}

/** A time of today by the clock, to the millisecond. */
export function clock(time: string): string {
  const at = new Date(time);
  const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}

export function millis(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
