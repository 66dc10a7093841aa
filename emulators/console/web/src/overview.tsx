/** The whole: every function with its health and figures, and the arrows that events run along. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, type Edge, type Node, type Whole } from "./api";
import { draw, idOf, passed, type Picture, type Placed } from "./graph";
import { figuresOf, health, lined, logsOf, onSpans, openings, type Health, type Span } from "./live";
import { clock, millis, Pending, to, useAsked } from "./ui";

const NARROWEST = 820;
const PULSE_MS = 900;
// A storm of events is one glow, not a thousand.
const PULSE_AT_MOST_EVERY_MS = 120;
const HEADINGS = ["HTTP functions", "Topics and documents", "Triggers", "Tables and buckets"];

const isRunning = (node: Node) => node.kind === "function" || node.kind === "trigger";
const px = (length: number) => `${length}px`;

type State = "good" | "warn" | "bad";

function stateOf(name: string, errors: number, known: Health | null): State {
  const host = known?.services.functions?.phase;
  if (host !== "ready" || known?.broken.includes(name) || whyFailed(name, known)) return "bad";
  return errors ? "warn" : "good";
}

/** Say why a function could not be imported, if so. */
function whyFailed(name: string, known: Health | null): string | undefined {
  return known?.failed[name];
}

const SAID: Record<State, string> = { good: "healthy", warn: "had errors", bad: "down" };

export function WholeView() {
  const asked = useAsked(() => ask<Whole>("whole"), []);
  // The stream breaks off when the functions change, too.
  useEffect(() => asked.again(), [openings.value]);
  const [chosen, choose] = useState<string | null>(null);
  if (!asked.data) return <Pending asked={asked} />;
  const { nodes, edges } = asked.data;
  const node = nodes.find((one) => one.id === chosen);
  return (
    <>
      <p class="quiet">
        {asked.data.project} at {asked.data.url}. Choose anything to see what it touches; an arrow
        glows when an event passes.
      </p>
      <Graph nodes={nodes} edges={edges} chosen={chosen} choose={choose} />
      {node && <Details node={node} edges={edges} nodes={nodes} choose={choose} />}
      <Functions nodes={nodes} choose={choose} />
    </>
  );
}

function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(NARROWEST);
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) =>
      setWidth(Math.max(NARROWEST, entry?.contentRect.width ?? 0)),
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
  const picture = useMemo(() => draw(nodes, edges, width), [nodes, edges, width]);
  const arrows = useRef(new Map<string, SVGPathElement>());
  const boxes = useRef(new Map<string, HTMLElement>());
  useEffect(() => onSpans((spans) => glow(spans, edges, arrows.current, boxes.current)), [edges]);
  const isFaint = (edge: Edge) =>
    chosen ? edge.from !== chosen && edge.to !== chosen : edge.to.startsWith("table:");
  return (
    <div class="scroll" ref={frame} tabIndex={0} role="region" aria-label="Who speaks to whom">
      <div class="headings" style={{ width: px(width) }} aria-hidden="true">
        {HEADINGS.map((heading, index) => (
          <span key={heading} style={{ left: px(picture.columns[index]!) }}>{heading}</span>
        ))}
      </div>
      <div class="graph" style={{ width: px(width), height: px(picture.height) }}>
        <Arrows picture={picture} width={width} isFaint={isFaint} chosen={chosen}
          keep={arrows.current} />
        {picture.nodes.map((node) => (
          <Box key={node.id} node={node} pressed={node.id === chosen}
            faint={chosen !== null && node.id !== chosen && !touches(node.id, chosen, edges)}
            press={() => choose(node.id === chosen ? null : node.id)} keep={boxes.current} />
        ))}
      </div>
    </div>
  );
}

function touches(one: string, other: string, edges: readonly Edge[]): boolean {
  return edges.some(
    ({ from, to }) => (from === one && to === other) || (from === other && to === one),
  );
}

function Arrows({ picture, width, isFaint, chosen, keep }: {
  picture: Picture;
  width: number;
  isFaint: (edge: Edge) => boolean;
  chosen: string | null;
  keep: Map<string, SVGPathElement>;
}) {
  const kinds = ["event", "document", "table"];
  return (
    <svg width={width} height={picture.height} aria-hidden="true">
      <defs>
        {kinds.map((kind) => (
          <marker key={kind} id={`tip-${kind}`} viewBox="0 0 8 8" refX="7" refY="4"
            markerWidth="7" markerHeight="7" orient="auto" markerUnits="userSpaceOnUse">
            <path d="M0,0 L8,4 L0,8 z" class={`tip ${kind}`} />
          </marker>
        ))}
      </defs>
      {picture.edges.map((edge) => {
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
  return edge.kind === "documents" || edge.kind === "fires" ? "document" : "event";
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
      {isRunning(node) ? <Running name={node.name} /> : <span class="name">{node.name}</span>}
    </button>
  );
}

function Running({ name }: { name: string }) {
  const figures = figuresOf(name);
  const state = stateOf(name, figures.errors, health.value);
  return (
    <>
      <span class="name"><i class={`dot ${state}`} />{name}<span class="unseen">, {SAID[state]}</span></span>
      <span class="figures">
        {figures.p50 === null ? "quiet" : `${figures.per_minute.toFixed(1)}/min · p99 ${millis(figures.p99)}`}
      </span>
    </>
  );
}

function glow(
  spans: readonly Span[],
  edges: readonly Edge[],
  arrows: Map<string, SVGPathElement>,
  boxes: Map<string, HTMLElement>,
): void {
  for (const span of spans) {
    for (const edge of passed(span, edges)) pulse(arrows.get(idOf(edge)), { strokeWidth: "5px" });
    for (const kind of ["function", "trigger"]) {
      const failed = span.failed ? "var(--bad)" : "var(--accent)";
      pulse(boxes.get(`${kind}:${span.function}`), { boxShadow: `0 0 0 4px ${failed}` });
    }
  }
}

const pulsed = new WeakMap<Element, number>();

function pulse(element: Element | undefined, from: Keyframe): void {
  const now = performance.now();
  if (!element || now - (pulsed.get(element) ?? -Infinity) < PULSE_AT_MOST_EVERY_MS) return;
  pulsed.set(element, now);
  element.animate([{ ...from, opacity: 1 }, {}], { duration: PULSE_MS, easing: "ease-out" });
  element.setAttribute("data-pulses", String(Number(element.getAttribute("data-pulses")) + 1));
}

function Details({ node, nodes, edges, choose }: {
  node: Node;
  nodes: Node[];
  edges: Edge[];
  choose: (id: string) => void;
}) {
  const name = (id: string) => nodes.find((one) => one.id === id)?.name ?? id;
  const link = (id: string, kind: string) => (
    <li key={id + kind}>{kind} <button type="button" class="link" onClick={() => choose(id)}>{name(id)}</button></li>
  );
  const near = [
    ...edges.filter((edge) => edge.from === node.id).map((edge) => link(edge.to, edge.kind)),
    ...edges.filter((edge) => edge.to === node.id).map((edge) => link(edge.from, `${edge.kind} ←`)),
  ];
  const runs = isRunning(node);
  return (
    <section class="card" aria-label={node.name}>
      <h2>{node.name} <small>{node.kind}</small></h2>
      {node.description && <p>{node.description}</p>}
      {runs && whyFailed(node.name, health.value) && (
        <p class="error" role="alert">{whyFailed(node.name, health.value)}</p>
      )}
      {runs && <Facts node={node} />}
      {node.kind === "table" && <p><a href={to("data", "tables", node.name)}>Its rows</a></p>}
      <ul class="near">{near}</ul>
      {runs && <Lines name={node.name} />}
    </section>
  );
}

function Facts({ node }: { node: Node }) {
  const { objectives, instances } = node;
  return (
    <dl>
      <dt>reached by</dt><dd class="lines">{node.reached_by}</dd>
      <dt>code</dt><dd><code>{node.source}</code></dd>
      <dt>promises</dt>
      <dd>{(objectives?.availability ?? 0) * 100} % available, p99 under {millis(objectives?.p99_ms ?? null)}</dd>
      <dt>size</dt>
      <dd>{node.memory}, {node.concurrency} at once, {instances?.min} to {instances?.max} instances</dd>
    </dl>
  );
}

function Lines({ name }: { name: string }) {
  lined.value;
  const lines = logsOf(name);
  return (
    <>
      <h3>Last log lines</h3>
      {!lines.length && <p class="quiet">None since this window opened.</p>}
      <ul class="logs">
        {lines.map((line, index) => (
          <li key={index} class={line.severity}>
            <time>{clock(line.time)}</time> {line.severity} {line.message}{" "}
            {line.trace && <a href={to("trace", line.trace)}>its trace</a>}
            {line.stack_trace && <details><summary>where</summary><pre>{line.stack_trace}</pre></details>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Functions({ nodes, choose }: { nodes: Node[]; choose: (id: string) => void }) {
  const running = nodes.filter(isRunning);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Figures of every function">
      <table class="functions">
        <caption>The last five minutes</caption>
        <thead>
          <tr>
            {["function", "health", "a minute", "p50", "p99", "promised", "errors", "last line"].map((name) => (
              <th scope="col" key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {running.map((node) => <FunctionRow key={node.id} node={node} choose={choose} />)}
        </tbody>
      </table>
    </div>
  );
}

function FunctionRow({ node, choose }: { node: Node; choose: (id: string) => void }) {
  lined.value;
  const { per_minute, p50, p99, errors } = figuresOf(node.name);
  const state = stateOf(node.name, errors, health.value);
  const promised = node.objectives?.p99_ms ?? null;
  return (
    <tr data-function={node.name} data-state={state}>
      <th scope="row">
        <button type="button" class="link" onClick={() => choose(node.id)}>{node.name}</button>
      </th>
      <td><i class={`dot ${state}`} />{SAID[state]}</td>
      <td class="number">{per_minute.toFixed(1)}</td>
      <td class="number">{millis(p50)}</td>
      <td class={`number ${p99 !== null && promised !== null && p99 > promised ? "over" : ""}`}>{millis(p99)}</td>
      <td class="number">{millis(promised)}</td>
      <td class="number">{errors}</td>
      <td class="line">{whyFailed(node.name, health.value) ?? logsOf(node.name)[0]?.message}</td>
    </tr>
  );
}
