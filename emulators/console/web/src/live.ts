/** What happens, as the stream tells it: kept bounded, and shown at most ten times a second. */

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
}

export interface Service {
  phase: string;
  pid: number | null;
  seconds: number;
}

export interface Health {
  services: Record<string, Service>;
  ready: boolean;
  broken: string[];
}

/** What a function did within the last minutes. */
export interface Figures {
  perMinute: number;
  p50: number | null;
  p99: number | null;
  errors: number;
}

interface Run {
  at: number;
  ms: number;
  failed: boolean;
}

interface Told {
  id: number;
  event: string;
  data: unknown;
}

const SHOWN_EVERY_MS = 100;
// Many a part is back before anybody could have seen that it died.
const RED_MS = 1500;
const KEPT_SPANS = 1000;
const KEPT_LOGS = 20;
const KEPT_RUNS = 5000;
export const WINDOW_MINUTES = 5;
const WINDOW_MS = WINDOW_MINUTES * 60_000;
const RUNS: readonly SpanKind[] = ["http", "message", "document", "schedule", "pull"];

export const connected = signal(false);
export const health = signal<Health | null>(null);
/** Requests and events, the newest first. */
export const runs = signal<readonly Span[]>([]);
/** Grows once a second: what says figures or last lines reads it, and is drawn no more often. */
export const second = signal(0);
/** How often the stream was opened: a new one may follow a change of the functions. */
export const openings = signal(0);

const lines = new Map<string, Log[]>();
const history = new Map<string, Run[]>();
const listeners = new Set<(spans: readonly Span[]) => void>();
let last = 0;
let waiting: Told[] = [];
let states: Health[] = [];
let redUntil = 0;

/** Call `listener` with new spans of every kind; returns what ends that. */
export function onSpans(listener: (spans: readonly Span[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Return the last log lines of a function, the newest first. */
export function logsOf(name: string): readonly Log[] {
  return lines.get(name) ?? [];
}

/** Return what a function did lately. */
export function figuresOf(name: string): Figures {
  const since = Date.now() - WINDOW_MS;
  const recent = (history.get(name) ?? []).filter((run) => run.at >= since);
  history.set(name, recent);
  const times = recent.map((run) => run.ms).sort((a, b) => a - b);
  return {
    perMinute: recent.length / WINDOW_MINUTES,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    errors: recent.filter((run) => run.failed).length,
  };
}

/** Nearest rank: the smallest time that so many of all do not exceed. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** Open the stream; the browser opens it again by itself, from where it broke off. */
export function listen(): void {
  const source = new EventSource("api/stream");
  source.onopen = () => {
    connected.value = true;
    openings.value++;
  };
  source.onerror = () => (connected.value = false);
  source.addEventListener("hello", (event) => {
    const hello = JSON.parse(event.data) as { health: Health; recent: Told[] };
    waiting.push(...hello.recent.filter((one) => one.event !== "health"));
    waiting.push({ id: Number(event.lastEventId), event: "health", data: hello.health });
  });
  for (const kind of ["span", "log", "health"]) {
    source.addEventListener(kind, (event) => {
      const message = event as MessageEvent<string>;
      const id = Number(message.lastEventId);
      waiting.push({ id, event: kind, data: JSON.parse(message.data) });
    });
  }
  setInterval(show, SHOWN_EVERY_MS);
  setInterval(() => second.value++, 1000);
}

function showHealth(): void {
  while (states.length && Date.now() >= redUntil) {
    const next = states.shift()!;
    health.value = next;
    const died = Object.values(next.services).some((one) => one.phase === "died");
    if (died) redUntil = Date.now() + RED_MS;
  }
}

function show(): void {
  if (!waiting.length) return showHealth();
  const told = waiting;
  waiting = [];
  const spans: Span[] = [];
  for (const one of told) {
    if (one.event === "health") states.push(one.data as Health);
    // What is told again after the stream broke off is known already.
    else if (one.id <= last) continue;
    else if (one.event === "span") spans.push(one.data as Span);
    else if (one.event === "log") remember(one.data as Log);
    last = Math.max(last, one.id);
  }
  showHealth();
  const ran = spans.filter((span) => RUNS.includes(span.kind));
  ran.forEach(count);
  if (ran.length) runs.value = [...ran.reverse(), ...runs.value].slice(0, KEPT_SPANS);
  if (spans.length) for (const listener of listeners) listener(spans);
}

function remember(log: Log): void {
  lines.set(log.function, [log, ...logsOf(log.function)].slice(0, KEPT_LOGS));
}

function count(span: Span): void {
  const found = history.get(span.function) ?? [];
  found.push({ at: Date.parse(span.start), ms: span.ms, failed: isFailed(span) });
  history.set(span.function, found.slice(-KEPT_RUNS));
}

/** Tell whether a request or event failed for a reason of ours. */
export function isFailed(span: Span): boolean {
  return span.failed || (span.status ?? 0) >= 500;
}
