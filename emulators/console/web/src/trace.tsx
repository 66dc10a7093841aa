/** One trace as a waterfall: when each piece of work began, how long it took, what it led to. */

import { useState } from "preact/hooks";
import { act, ask, type Body, type Exchange, type Trace, type TraceSpan } from "./api";
import { Act, millis, Pending, route, to, useAfter, useAsked } from "./ui";

// Its last lines are written a moment after the stream has told of them.
const SETTLES_MS = 150;
const MOST = 1000;

export function TraceView() {
  const trace = route.value[1] ?? "";
  return <Waterfall key={trace} trace={trace} />;
}

/** Show a trace, and more of it as it goes on. */
export function Waterfall({ trace }: { trace: string }) {
  const asked = useAsked(() => ask<Trace>(`trace/${encodeURIComponent(trace)}`), [trace]);
  const [chosen, choose] = useState<string | null>(null);
  useAfter((span) => span.trace.startsWith(trace), asked.again, SETTLES_MS);
  if (!asked.data) return <Pending asked={asked} />;
  const { spans, ms, start } = asked.data;
  return (
    <>
      <p class="quiet">
        Began {new Date(start).toLocaleString()}; {spans.length} spans in {millis(ms)}. On a
        terminal: <code>python -m emulators trace {asked.data.trace.slice(0, 8)}</code>
      </p>
      <ol class="waterfall" aria-label="Waterfall">
        {spans.slice(0, MOST).map((span) => (
          <Line key={span.id} span={span} whole={ms} open={span.id === chosen}
            press={() => choose(span.id === chosen ? null : span.id)} />
        ))}
      </ol>
      {spans.length > MOST && <p class="quiet">The first {MOST} are drawn; the terminal shows all.</p>}
    </>
  );
}

function Line({ span, whole, open, press }: {
  span: TraceSpan;
  whole: number;
  open: boolean;
  press: () => void;
}) {
  const share = (ms: number) => `${(100 * ms) / Math.max(whole, 0.001)}%`;
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
        <span class="number">{millis(span.ms)}<span class="unseen"> after {millis(span.start_ms)}</span></span>
      </button>
      {open && <More span={span} />}
    </li>
  );
}

function More({ span }: { span: TraceSpan }) {
  const path = span.kind === "commit" || span.kind === "read" ? span.attributes.path : undefined;
  const facts = { function: span.function, begins: `${span.start_ms} ms`, took: `${span.ms} ms` };
  return (
    <div class="more">
      <dl>
        {Object.entries({ ...facts, ...span.attributes }).map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd><code>{typeof value === "string" ? value : JSON.stringify(value)}</code></dd></div>
        ))}
      </dl>
      {span.said.map((line) => <pre key={line}>{line}</pre>)}
      {typeof path === "string" && <p><a href={to("data", "documents", ...path.split("/"))}>The document now</a></p>}
      {span.has_exchange && <Bodies span={span.id} />}
    </div>
  );
}

/** The request and the answer of a span, on demand. */
function Bodies({ span }: { span: string }) {
  const [found, setFound] = useState<Exchange | null>(null);
  const [told, tell] = useState("");
  return (
    <>
      <Act does={async () => setFound(await ask<Exchange>(`exchanges/${span}`))}>Show the bodies</Act>{" "}
      <Act does={async () => {
        const said = await act<{ status: number }>(`exchanges/${span}/again`);
        tell(`Sent once more: ${said.status}.`);
      }}>Deliver it again</Act>{" "}
      <span role="status">{told}</span>
      {found && (
        <div class="bodies">
          <Shown title={`${found.method} ${found.path}`} headers={found.request.headers} body={found.request} />
          <Shown title={`Answer ${found.answer.status}`} headers={found.answer.headers} body={found.answer} />
        </div>
      )}
    </>
  );
}

function Shown({ title, headers, body }: {
  title: string;
  headers: Record<string, string>;
  body: Body;
}) {
  return (
    <section>
      <h3>{title}</h3>
      <details>
        <summary>{Object.keys(headers).length} headers</summary>
        <pre>{Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n")}</pre>
      </details>
      <pre tabIndex={0}>{pretty(body.body) || "No body."}</pre>
      {body.base64 && <p class="quiet">It is no text: shown in base64.</p>}
      {body.truncated && <p class="quiet">It goes on; only its beginning is kept.</p>}
    </section>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(withData(JSON.parse(body)), null, 2);
  } catch {
    return body;
  }
}

/** A pushed message carries its JSON in base64: show what it says. */
function withData(value: { message?: { data?: unknown } }): unknown {
  const data = value.message?.data;
  if (typeof data !== "string") return value;
  try {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    const said = JSON.parse(new TextDecoder().decode(bytes));
    return { ...value, message: { ...value.message, data: said } };
  } catch {
    return value;
  }
}
