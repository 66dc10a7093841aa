/** Components and hooks that several views share. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Row, Traced } from "./api";
import { onSpans, type Span } from "./live";

/** The current route: the path segments after `#/`, decoded. */
export const route = signal<readonly string[]>(segments());

function segments(): string[] {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return []; // an incomplete percent-encoding
  }
}

addEventListener("hashchange", () => (route.value = segments()));

/** Return the URL of a view. */
export function href(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export interface Query<T> {
  data?: T;
  error?: string;
  reload: () => void;
}

/** Load data when the view opens or `inputs` change; `reload` keeps the old data until new data arrives. */
export function useQuery<T>(load: () => Promise<T>, inputs: readonly unknown[]): Query<T> {
  const [result, setResult] = useState<{ data?: T; error?: string; for?: () => void }>({});
  const newest = useRef(0);
  const reload = useCallback(() => {
    const mine = ++newest.current;
    load().then(
      (data) => mine === newest.current && setResult({ data, for: reload }),
      (error: unknown) => mine === newest.current && setResult((before) => ({
        ...(before.for === reload && before), error: errorText(error), for: reload,
      })),
    );
  }, inputs);
  useEffect(() => {
    reload();
    return () => void newest.current++;
  }, [reload]);
  // Never show a result for earlier inputs.
  return result.for === reload ? { ...result, reload } : { reload };
}

/** Reload shortly after a matching span; a burst of spans causes only a few reloads. */
export function useReloadAfter(matches: (span: Span) => boolean, reload: () => void, ms: number): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = onSpans((spans) => {
      if (timer !== undefined || !spans.some(matches)) return;
      timer = setTimeout(() => {
        timer = undefined;
        reload();
      }, ms);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [reload]);
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A button that runs one action at a time and shows its error. */
export function ActionButton({ run, children, label, danger }: {
  run: () => Promise<unknown>;
  children: ComponentChildren;
  label?: string;
  danger?: boolean;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const press = () => {
    setBusy(true);
    setError("");
    run().catch((failure: unknown) => setError(errorText(failure))).finally(() => setBusy(false));
  };
  return (
    <span class="action">
      <button type="button" class={danger ? "danger" : ""} aria-label={label}
        aria-disabled={busy} onClick={() => busy || press()}>
        {children}
      </button>
      {error && <span class="error" role="alert">{error}</span>}
    </span>
  );
}

/** A button that first requests a reason from the user. */
export function ReasonButton({ run, children, label }: {
  run: (reason: string) => Promise<unknown>;
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
    <span class="action">
      <button type="button" ref={opener} aria-label={label} aria-expanded={open}
        onClick={() => setOpen(!open)}>{children}</button>
      {open && <Reason label={label} run={run} close={close} />}
    </span>
  );
}

function Reason({ run, label, close }: {
  run: (reason: string) => Promise<unknown>;
  label: string;
  close: () => void;
}) {
  const [reason, setReason] = useState("");
  const [error, setError] = useState("");
  const field = useRef<HTMLInputElement>(null);
  // Focus only once, so that later renders do not steal the focus.
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = () => {
    if (!reason.trim()) return setError("Enter a reason.");
    run(reason.trim()).then(close, (failure: unknown) => setError(errorText(failure)));
  };
  return (
    <form class="action" onKeyDown={(event) => event.key === "Escape" && close()}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}>
      <input ref={field} aria-label={`Reason: ${label}`} placeholder="Reason, for the audit log"
        value={reason} maxLength={500} onInput={(event) => setReason(event.currentTarget.value)} />
      <button type="submit" aria-label={`Confirm: ${label}`}>Confirm</button>
      {error && <span class="error" role="alert">{error}</span>}
    </form>
  );
}

/** The loading or error state of a query. */
export function Pending({ query }: { query: Query<unknown> }) {
  if (query.error) {
    return (
      <p class="error" role="alert">
        {query.error} <button type="button" onClick={query.reload}>Retry</button>
      </p>
    );
  }
  return query.data === undefined ? <p class="quiet" role="status">Loading …</p> : null;
}

export function Rows({ rows, columns, isMarked = () => false, caption, empty = "No rows." }: {
  rows: readonly Row[];
  columns?: readonly string[];
  isMarked?: (row: Row) => boolean;
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
            <tr key={index} class={isMarked(row) ? "differs" : ""}>
              {shown.map((name) => <td key={name}><Value value={row[name]} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Previous and next page; `cursors` has one entry per page so far. */
export function Pager({ cursors, setCursors, next }: {
  cursors: readonly string[];
  setCursors: (cursors: readonly string[]) => void;
  next: string | undefined;
}) {
  return (
    <p class="bar">
      {cursors.length > 1 && <button type="button" onClick={() => setCursors(cursors.slice(0, -1))}>Previous page</button>}
      {next && <button type="button" onClick={() => setCursors([...cursors, next])}>Next page</button>}
    </p>
  );
}

/** A link to the trace of a request. */
export function TraceLink({ of }: { of: Traced<unknown> }) {
  return of.trace ? <a href={href("trace", of.trace)}>View trace</a> : null;
}

/** Return the trace id in a traceparent. */
export function traceOf(traceparent: unknown): string | undefined {
  return /^00-([0-9a-f]{32})-/.exec(String(traceparent))?.[1];
}

export function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span class="quiet">null</span>;
  if (typeof value === "object") return <code>{JSON.stringify(value)}</code>;
  const text = String(value);
  const trace = traceOf(text);
  return trace ? <a href={href("trace", trace)}>{trace.slice(0, 8)}…</a> : <>{text}</>;
}

/** Return the local time of day, to the millisecond. */
export function clock(time: string): string {
  const at = new Date(time);
  const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}

export function millis(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
