/** Overview: the health and metrics of every function, and the topology that events flow through. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { consoleGet, type Edge, type Node, type Topology } from "./api";
import { edgesOf, idOf, layOut, type Layout, type Placed } from "./graph";
import { connections, health, logCount, logsOf, metricsOf, onSpans, type Health, type Span } from "./live";
import { clock, href, millis, Pending, useQuery } from "./ui";

const MIN_WIDTH = 820;
const PULSE_MS = 900;
// A burst of events is shown as one pulse.
const MIN_PULSE_INTERVAL_MS = 120;
const HEADINGS = ["HTTP functions", "Topics and collections", "Triggers", "Tables and buckets"];

const isFunction = (node: Node) => node.kind === "function" || node.kind === "trigger";
const px = (length: number) => `${length}px`;

type State = "good" | "warn" | "bad";

const STATE_LABELS: Record<State, string> = { good: "healthy", warn: "errors", bad: "down" };

function stateOf(name: string, errors: number, known: Health | null): State {
  const host = known?.services.functions?.phase;
  if (host !== "ready" || known?.broken.includes(name) || importError(name)) return "bad";
  return errors ? "warn" : "good";
}

function importError(name: string): string | undefined {
  return health.value?.failed[name];
}

export function Overview() {
  const query = useQuery(() => consoleGet<Topology>("topology"), []);
  // When functions change, the edge restarts, which reconnects the stream.
  useEffect(() => query.reload(), [connections.value]);
  const [chosen, choose] = useState<string | null>(null);
  if (!query.data) return <Pending query={query} />;
  const { nodes, edges } = query.data;
  const node = nodes.find((one) => one.id === chosen);
  return (
    <>
      <p class="quiet">
        {query.data.project} at {query.data.url}. Select a node to see its connections. An edge
        lights up when an event passes along it.
      </p>
      <Graph nodes={nodes} edges={edges} chosen={chosen} choose={choose} />
      {node && <Details node={node} edges={edges} nodes={nodes} choose={choose} />}
      <Functions nodes={nodes} choose={choose} />
    </>
  );
}

function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(MIN_WIDTH);
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) =>
      setWidth(Math.max(MIN_WIDTH, entry?.contentRect.width ?? 0)),
    );
    seen.observe(frame.current!);
    return () => seen.disconnect();
  }, []);
  return [frame, width];
}

function Graph({ nodes, edges, chosen, choose }: {
  nodes: Node[];
  edges: Edge[];
  chosen: string | null;
  choose: (id: string | null) => void;
}) {
  const [frame, width] = useWidth();
  const layout = useMemo(() => layOut(nodes, edges, width), [nodes, edges, width]);
  const arrows = useRef(new Map<string, SVGPathElement>());
  const boxes = useRef(new Map<string, HTMLElement>());
  useEffect(() => onSpans((spans) => animate(spans, edges, arrows.current, boxes.current)), [edges]);
  const isFaint = (edge: Edge) =>
    chosen ? edge.from !== chosen && edge.to !== chosen : edge.to.startsWith("table:");
  return (
    <div class="scroll" ref={frame} tabIndex={0} role="region" aria-label="Topology">
      <div class="headings" style={{ width: px(width) }} aria-hidden="true">
        {HEADINGS.map((heading, index) => (
          <span key={heading} style={{ left: px(layout.columns[index]!) }}>{heading}</span>
        ))}
      </div>
      <div class="graph" style={{ width: px(width), height: px(layout.height) }}>
        <Arrows layout={layout} width={width} isFaint={isFaint} chosen={chosen}
          keep={arrows.current} />
        {layout.nodes.map((node) => (
          <Box key={node.id} node={node} pressed={node.id === chosen}
            faint={chosen !== null && node.id !== chosen && !areConnected(node.id, chosen, edges)}
            press={() => choose(node.id === chosen ? null : node.id)} keep={boxes.current} />
        ))}
      </div>
    </div>
  );
}

function areConnected(one: string, other: string, edges: readonly Edge[]): boolean {
  return edges.some(
    ({ from, to }) => (from === one && to === other) || (from === other && to === one),
  );
}

function Arrows({ layout, width, isFaint, chosen, keep }: {
  layout: Layout;
  width: number;
  isFaint: (edge: Edge) => boolean;
  chosen: string | null;
  keep: Map<string, SVGPathElement>;
}) {
  const kinds = ["event", "document", "table"];
  return (
    <svg width={width} height={layout.height} aria-hidden="true">
      <defs>
        {kinds.map((kind) => (
          <marker key={kind} id={`tip-${kind}`} viewBox="0 0 8 8" refX="7" refY="4"
            markerWidth="7" markerHeight="7" orient="auto" markerUnits="userSpaceOnUse">
            <path d="M0,0 L8,4 L0,8 z" class={`tip ${kind}`} />
          </marker>
        ))}
      </defs>
      {layout.edges.map((edge) => {
        const kind = kindOf(edge);
        const faint = isFaint(edge) ? "faint" : chosen ? "strong" : "";
        return (
          <path key={edge.id} d={edge.path} class={`arrow ${kind} ${faint}`} data-edge={edge.id}
            marker-end={`url(#tip-${kind})`}
            ref={(path) => void (path ? keep.set(edge.id, path) : keep.delete(edge.id))} />
        );
      })}
    </svg>
  );
}

function kindOf(edge: Edge): string {
  if (edge.kind === "reads" || edge.kind === "writes") return "table";
  return edge.kind === "uses" || edge.kind === "fires" ? "document" : "event";
}

function Box({ node, pressed, faint, press, keep }: {
  node: Placed;
  pressed: boolean;
  faint: boolean;
  press: () => void;
  keep: Map<string, HTMLElement>;
}) {
  const { x, y, width, height } = node;
  const style = { left: px(x), top: px(y), width: px(width), height: px(height) };
  return (
    <button type="button" class={`box ${node.kind} ${faint ? "faint" : ""}`} style={style}
      aria-pressed={pressed} data-node={node.id} onClick={press} title={node.description}
      ref={(box) => void (box ? keep.set(node.id, box) : keep.delete(node.id))}>
      {isFunction(node) ? <FunctionLabel name={node.name} /> : <span class="name">{node.name}</span>}
    </button>
  );
}

function FunctionLabel({ name }: { name: string }) {
  const metrics = metricsOf(name);
  const state = stateOf(name, metrics.errors, health.value);
  return (
    <>
      <span class="name"><i class={`dot ${state}`} />{name}<span class="unseen">, {STATE_LABELS[state]}</span></span>
      <span class="metrics">
        {metrics.p50 === null ? "idle" : `${metrics.per_minute.toFixed(1)}/min · p99 ${millis(metrics.p99)}`}
      </span>
    </>
  );
}

function animate(
  spans: readonly Span[],
  edges: readonly Edge[],
  arrows: Map<string, SVGPathElement>,
  boxes: Map<string, HTMLElement>,
): void {
  for (const span of spans) {
    for (const edge of edgesOf(span, edges)) pulse(arrows.get(idOf(edge)), { strokeWidth: "5px" });
    for (const kind of ["function", "trigger"]) {
      const failed = span.failed ? "var(--bad)" : "var(--accent)";
      pulse(boxes.get(`${kind}:${span.function}`), { boxShadow: `0 0 0 4px ${failed}` });
    }
  }
}

const pulsed = new WeakMap<Element, number>();

function pulse(element: Element | undefined, from: Keyframe): void {
  const now = performance.now();
  if (!element || now - (pulsed.get(element) ?? -Infinity) < MIN_PULSE_INTERVAL_MS) return;
  pulsed.set(element, now);
  element.animate([{ ...from, opacity: 1 }, {}], { duration: PULSE_MS, easing: "ease-out" });
  element.setAttribute("data-pulses", String(Number(element.getAttribute("data-pulses")) + 1));
}

const OUTGOING: Record<Edge["kind"], string> = {
  pushes: "pushes to", pulls: "pulled by", fires: "fires", publishes: "publishes to",
  uses: "uses", writes: "writes", reads: "reads",
};
const INCOMING: Record<Edge["kind"], string> = {
  pushes: "pushed from", pulls: "pulls from", fires: "fired by", publishes: "published by",
  uses: "used by", writes: "written by", reads: "read by",
};

function Details({ node, nodes, edges, choose }: {
  node: Node;
  nodes: Node[];
  edges: Edge[];
  choose: (id: string) => void;
}) {
  const name = (id: string) => nodes.find((one) => one.id === id)?.name ?? id;
  const link = (id: string, label: string) => (
    <li key={id + label}>{label} <button type="button" class="link" onClick={() => choose(id)}>{name(id)}</button></li>
  );
  const connected = [
    ...edges.filter((edge) => edge.to === node.id).map((edge) => link(edge.from, INCOMING[edge.kind])),
    ...edges.filter((edge) => edge.from === node.id).map((edge) => link(edge.to, OUTGOING[edge.kind])),
  ];
  const runs = isFunction(node);
  return (
    <section class="card" aria-label={node.name}>
      <h2>{node.name} <small>{node.kind}</small></h2>
      {node.description && <p>{node.description}</p>}
      {runs && importError(node.name) && (
        <p class="error" role="alert">{importError(node.name)}</p>
      )}
      {runs && <Facts node={node} />}
      {node.kind === "table" && <p><a href={href("data", "tables", node.name)}>View rows</a></p>}
      <ul class="inline">{connected}</ul>
      {runs && <Logs name={node.name} />}
    </section>
  );
}

function Facts({ node }: { node: Node }) {
  const { objectives, instances } = node;
  return (
    <dl>
      <dt>invoked by</dt><dd class="lines">{node.invoked_by}</dd>
      <dt>code</dt><dd><code>{node.source}</code></dd>
      <dt>objectives</dt>
      <dd>{(objectives?.availability ?? 0) * 100}% availability, p99 below {millis(objectives?.p99_ms ?? null)}</dd>
      <dt>resources</dt>
      <dd>{node.memory}, concurrency {node.concurrency}, {instances?.min} to {instances?.max} instances</dd>
    </dl>
  );
}

function Logs({ name }: { name: string }) {
  logCount.value;
  const lines = logsOf(name);
  return (
    <>
      <h3>Recent logs</h3>
      {!lines.length && <p class="quiet">No log lines since this window was opened.</p>}
      <ul class="logs">
        {lines.map((line, index) => (
          <li key={index} class={line.severity}>
            <time>{clock(line.time)}</time> {line.severity} {line.message}{" "}
            {line.trace && <a href={href("trace", line.trace)}>View trace</a>}
            {line.stack_trace && <details><summary>Stack trace</summary><pre>{line.stack_trace}</pre></details>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Functions({ nodes, choose }: { nodes: Node[]; choose: (id: string) => void }) {
  const functions = nodes.filter(isFunction);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Function metrics">
      <table class="functions">
        <caption>Last 5 minutes</caption>
        <thead>
          <tr>
            {["function", "health", "runs/min", "p50", "p99", "p99 target", "errors", "last log line"].map((name) => (
              <th scope="col" key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {functions.map((node) => <FunctionRow key={node.id} node={node} choose={choose} />)}
        </tbody>
      </table>
    </div>
  );
}

function FunctionRow({ node, choose }: { node: Node; choose: (id: string) => void }) {
  logCount.value;
  const { per_minute, p50, p99, errors } = metricsOf(node.name);
  const state = stateOf(node.name, errors, health.value);
  const target = node.objectives?.p99_ms ?? null;
  return (
    <tr data-function={node.name} data-state={state}>
      <th scope="row">
        <button type="button" class="link" onClick={() => choose(node.id)}>{node.name}</button>
      </th>
      <td><i class={`dot ${state}`} />{STATE_LABELS[state]}</td>
      <td class="number">{per_minute.toFixed(1)}</td>
      <td class="number">{millis(p50)}</td>
      <td class={`number ${p99 !== null && target !== null && p99 > target ? "over" : ""}`}>{millis(p99)}</td>
      <td class="number">{millis(target)}</td>
      <td class="number">{errors}</td>
      <td class="line">{importError(node.name) ?? logsOf(node.name)[0]?.message}</td>
    </tr>
  );
}
