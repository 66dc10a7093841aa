/** The event stream, with a bounded history, rendered at most ten times per second. */

import { signal } from "@preact/signals";

export type SpanKind =
  | "http" | "message" | "document" | "schedule" | "pull" | "publish" | "commit";

export interface Span {
  id: string;
  trace: string;
  parent: string | null;
  function: string;
  kind: SpanKind;
  name: string;
  start: string;
  ms: number;
  failed: boolean;
  status: number | null;
  attributes: Record<string, unknown>;
}

export interface Log {
  function: string;
  time: string;
  severity: string;
  message: string;
  trace?: string;
  stack_trace?: string;
}

export interface Service {
  phase: string;
  pid: number | null;
  seconds: number;
}

export interface Health {
  services: Record<string, Service>;
  ready: boolean;
  /** Functions that are broken on purpose and return 500. */
  broken: string[];
  /** Functions that failed to import, with the error. */
  failed: Record<string, string>;
  /** The reason why the manifests on disk are invalid. */
  manifest_error: string | null;
}

/** A function's metrics over the last five minutes, computed by the back end. */
export interface Metrics {
  per_minute: number;
  p50: number | null;
  p99: number | null;
  errors: number;
}

interface Hello {
  health: Health;
  metrics: Record<string, Metrics>;
  recent: StreamEvent[];
  /** Whether the stream resumes after an interruption; if not, the history is discarded. */
  resumed: boolean;
}

interface StreamEvent {
  id: number;
  event: string;
  data: unknown;
  /** Whether it happened before this window connected; such a span is listed, but not animated. */
  past?: boolean;
}

const RENDER_EVERY_MS = 100;
// A service often restarts before its death could be seen.
const RED_MS = 1500;
const MAX_SPANS = 1000;
const MAX_LOGS = 20;
const RECONNECT_AFTER_MS = 2000;
const RUNS: readonly SpanKind[] = ["http", "message", "document", "schedule", "pull"];
const IDLE: Metrics = { per_minute: 0, p50: null, p99: null, errors: 0 };

export const connected = signal(false);
export const health = signal<Health | null>(null);
/** Runs of functions, newest first. */
export const runs = signal<readonly Span[]>([]);
export const metrics = signal<Record<string, Metrics>>({});
/** The number of log lines received; views render when it changes. */
export const logCount = signal(0);
/** The number of times the stream has connected; the edge restarts when functions change. */
export const connections = signal(0);

const logs = new Map<string, Log[]>();
const listeners = new Set<(spans: readonly Span[]) => void>();
let lastId = 0;
let waiting: StreamEvent[] = [];
let states: Health[] = [];
let redUntil = 0;

/** Call `listener` with new spans of every kind; return a function that unsubscribes it. */
export function onSpans(listener: (spans: readonly Span[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Return a function's recent log lines, newest first. */
export function logsOf(name: string): readonly Log[] {
  return logs.get(name) ?? [];
}

export function metricsOf(name: string): Metrics {
  return metrics.value[name] ?? IDLE;
}

/** Connect to the stream; it reconnects and resumes automatically. */
export function connect(): void {
  setInterval(render, RENDER_EVERY_MS);
  openStream();
}

function openStream(): void {
  const source = new EventSource("api/stream");
  source.onopen = () => {
    connected.value = true;
    connections.value++;
  };
  source.onerror = () => {
    connected.value = false;
    // The browser reconnects after a network error, but not after an HTTP error.
    if (source.readyState === EventSource.CLOSED) setTimeout(openStream, RECONNECT_AFTER_MS);
  };
  source.addEventListener("hello", (event) => receiveHello(JSON.parse(event.data) as Hello));
  source.addEventListener("metrics", (event) => (metrics.value = JSON.parse(event.data)));
  for (const kind of ["span", "log", "health"]) {
    source.addEventListener(kind, (event) => {
      const message = event as MessageEvent<string>;
      const id = Number(message.lastEventId);
      waiting.push({ id, event: kind, data: JSON.parse(message.data) });
    });
  }
}

function receiveHello(hello: Hello): void {
  if (!hello.resumed) {
    waiting = [];
    logs.clear();
    runs.value = [];
    lastId = 0;
  }
  const recent = hello.recent.filter((one) => one.event !== "health");
  waiting.push(...recent.map((one) => ({ ...one, past: true })));
  states.push(hello.health);
  metrics.value = hello.metrics;
}

function renderHealth(): void {
  while (states.length && Date.now() >= redUntil) {
    const next = states.shift()!;
    health.value = next;
    const died = Object.values(next.services).some((one) => one.phase === "died");
    if (died) redUntil = Date.now() + RED_MS;
  }
}

function render(): void {
  if (!waiting.length) return renderHealth();
  const events = waiting;
  waiting = [];
  const spans: Span[] = [];
  const live: Span[] = [];
  for (const { id, event, data, past } of events) {
    if (event === "health") states.push(data as Health);
    // A reconnected stream repeats events that this window already has.
    else if (id <= lastId) continue;
    else if (event === "span") {
      spans.push(data as Span);
      if (!past) live.push(data as Span);
    } else if (event === "log") addLog(data as Log);
    lastId = Math.max(lastId, id);
  }
  renderHealth();
  const newRuns = spans.filter((span) => RUNS.includes(span.kind));
  if (newRuns.length) runs.value = [...newRuns.reverse(), ...runs.value].slice(0, MAX_SPANS);
  if (live.length) for (const listener of listeners) listener(live);
}

function addLog(log: Log): void {
  logs.set(log.function, [log, ...logsOf(log.function)].slice(0, MAX_LOGS));
  logCount.value++;
}
