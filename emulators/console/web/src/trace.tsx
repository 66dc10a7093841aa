/** A trace as a waterfall: the start and duration of each span, and the requests behind them. */

import { useState } from "preact/hooks";
import { consolePost, consoleGet, type Body, type Exchange, type Trace, type TraceSpan } from "./api";
import { ActionButton, href, millis, Pending, route, useQuery, useReloadAfter } from "./ui";

// A trace's last log lines may be written shortly after its spans are streamed.
const SETTLE_MS = 150;
const MAX_SPANS = 1000;

export function TraceView() {
  const trace = route.value[1] ?? "";
  return <Waterfall key={trace} trace={trace} />;
}

/** Show a trace, and update it while it is running. */
export function Waterfall({ trace }: { trace: string }) {
  const query = useQuery(() => consoleGet<Trace>(`trace/${encodeURIComponent(trace)}`), [trace]);
  const [chosen, choose] = useState<string | null>(null);
  useReloadAfter((span) => span.trace.startsWith(trace), query.reload, SETTLE_MS);
  if (!query.data) return <Pending query={query} />;
  const { spans, ms, start } = query.data;
  return (
    <>
      <p class="quiet">
        Started {new Date(start).toLocaleString()}; {spans.length} spans in {millis(ms)}. In a
        terminal: <code>python -m emulators trace {query.data.trace.slice(0, 8)}</code>
      </p>
      <ol class="waterfall" aria-label="Waterfall">
        {spans.slice(0, MAX_SPANS).map((span) => (
          <Line key={span.id} span={span} total={ms} open={span.id === chosen}
            press={() => choose(span.id === chosen ? null : span.id)} />
        ))}
      </ol>
      {spans.length > MAX_SPANS && <p class="quiet">Showing the first {MAX_SPANS} spans; the terminal shows all of them.</p>}
    </>
  );
}

function Line({ span, total, open, press }: {
  span: TraceSpan;
  total: number;
  open: boolean;
  press: () => void;
}) {
  const share = (ms: number) => `${(100 * ms) / Math.max(total, 0.001)}%`;
  const statement = String(span.attributes.statement ?? span.attributes.path ?? "");
  return (
    <li data-span={span.id} data-kind={span.kind} data-start={span.start_ms} data-ms={span.ms}>
      <button type="button" class={`line ${span.failed ? "failed" : ""}`} aria-expanded={open} onClick={press}>
        <span class="what" style={{ paddingLeft: `${span.depth * 1.1}rem` }}>
          <span class={`kind ${span.kind}`}>{span.kind}</span>{" "}
          {statement.startsWith(span.name) ? statement : <>{span.name} <small>{statement}</small></>}
        </span>
        <span class="track">
          <span class={`length ${span.kind}`}
            style={{ left: share(span.start_ms), width: `max(2px, ${share(span.ms)})` }} />
        </span>
        <span class="number">{millis(span.ms)}<span class="unseen">, starting at {millis(span.start_ms)}</span></span>
      </button>
      {open && <SpanDetails span={span} />}
    </li>
  );
}

function SpanDetails({ span }: { span: TraceSpan }) {
  const path = span.kind === "commit" || span.kind === "read" ? span.attributes.path : undefined;
  const timing = { function: span.function, start: `${span.start_ms} ms`, duration: `${span.ms} ms` };
  return (
    <div class="more">
      <dl>
        {Object.entries({ ...timing, ...span.attributes }).map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd><code>{typeof value === "string" ? value : JSON.stringify(value)}</code></dd></div>
        ))}
      </dl>
      {span.log_lines.map((line) => <pre key={line}>{line}</pre>)}
      {typeof path === "string" && <p><a href={href("data", "documents", ...path.split("/"))}>View current document</a></p>}
      {span.has_exchange && <Bodies span={span.id} />}
    </div>
  );
}

/** A span's request and response, loaded on demand. */
function Bodies({ span }: { span: string }) {
  const [exchange, setExchange] = useState<Exchange | null>(null);
  const [status, setStatus] = useState("");
  return (
    <>
      <ActionButton run={async () => setExchange(await consoleGet<Exchange>(`exchanges/${span}`))}>Show request and response</ActionButton>{" "}
      <ActionButton run={async () => {
        const replayed = await consolePost<{ status: number }>(`exchanges/${span}/replay`);
        setStatus(`Replayed: ${replayed.status}.`);
      }}>Replay request</ActionButton>{" "}
      <span role="status">{status}</span>
      {exchange && (
        <div class="bodies">
          <Message title={`${exchange.method} ${exchange.path}`} {...exchange.request} />
          <Message title={`Response ${exchange.response.status}`} {...exchange.response} />
        </div>
      )}
    </>
  );
}

function Message({ title, headers, body, base64, truncated }: Body & {
  title: string;
  headers: Record<string, string>;
}) {
  return (
    <section>
      <h3>{title}</h3>
      <details>
        <summary>Headers ({Object.keys(headers).length})</summary>
        <pre>{Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n")}</pre>
      </details>
      <pre tabIndex={0}>{formatted(body) || "Empty body"}</pre>
      {base64 && <p class="quiet">Binary body, shown as base64.</p>}
      {truncated && <p class="quiet">Truncated: only the start of the body is kept.</p>}
    </section>
  );
}

function formatted(body: string): string {
  try {
    return JSON.stringify(decoded(JSON.parse(body)), null, 2);
  } catch {
    return body;
  }
}

/** Decode the base64 payload of a Pub/Sub push request. */
function decoded(value: { message?: { data?: unknown } }): unknown {
  const data = value.message?.data;
  if (typeof data !== "string") return value;
  try {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    const payload = JSON.parse(new TextDecoder().decode(bytes));
    return { ...value, message: { ...value.message, data: payload } };
  } catch {
    return value;
  }
}
