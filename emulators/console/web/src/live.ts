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
  /** Functions that answer 500 on purpose. */
  broken: string[];
  /** Functions that could not be imported, and why. */
  failed: Record<string, string>;
  /** Why the manifests are not taken as they are now. */
  complaint: string | null;
}

/** What a function did within the last five minutes, counted by the edge for every window. */
export interface Figures {
  per_minute: number;
  p50: number | null;
  p99: number | null;
  errors: number;
}

interface Hello {
  health: Health;
  figures: Record<string, Figures>;
  recent: Told[];
  /** Whether what this window knows goes on, or the stream has begun anew. */
  continues: boolean;
}

interface Told {
  id: number;
  event: string;
  data: unknown;
  /** It happened before this window looked: it is listed, and nothing glows. */
  past?: boolean;
}

const SHOWN_EVERY_MS = 100;
// Many a part is back before anybody could have seen that it died.
const RED_MS = 1500;
const KEPT_SPANS = 1000;
const KEPT_LOGS = 20;
const AGAIN_AFTER_MS = 2000;
const RUNS: readonly SpanKind[] = ["http", "message", "document", "schedule", "pull"];
const QUIET: Figures = { per_minute: 0, p50: null, p99: null, errors: 0 };

export const connected = signal(false);
export const health = signal<Health | null>(null);
/** Requests and events, the newest first. */
export const runs = signal<readonly Span[]>([]);
export const figures = signal<Record<string, Figures>>({});
/** Grows with every log line that is remembered. */
export const lined = signal(0);
/** How often the stream was opened: a new one may follow a change of the functions. */
export const openings = signal(0);

const lines = new Map<string, Log[]>();
const listeners = new Set<(spans: readonly Span[]) => void>();
let last = 0;
let waiting: Told[] = [];
let states: Health[] = [];
let redUntil = 0;

/** Call `listener` with spans of every kind as they happen; returns what ends that. */
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
  return figures.value[name] ?? QUIET;
}

/** Open the stream; it goes on by itself from where it broke off. */
export function listen(): void {
  setInterval(show, SHOWN_EVERY_MS);
  open();
}

function open(): void {
  const source = new EventSource("api/stream");
  source.onopen = () => {
    connected.value = true;
    openings.value++;
  };
  source.onerror = () => {
    connected.value = false;
    // The browser tries again only after it was cut off, not after it was refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_AFTER_MS);
  };
  source.addEventListener("hello", (event) => greet(JSON.parse(event.data) as Hello));
  source.addEventListener("figures", (event) => (figures.value = JSON.parse(event.data)));
  for (const kind of ["span", "log", "health"]) {
    source.addEventListener(kind, (event) => {
      const message = event as MessageEvent<string>;
      const id = Number(message.lastEventId);
      waiting.push({ id, event: kind, data: JSON.parse(message.data) });
    });
  }
}

function greet(hello: Hello): void {
  if (!hello.continues) {
    waiting = [];
    lines.clear();
    runs.value = [];
    last = 0;
  }
  const recent = hello.recent.filter((one) => one.event !== "health");
  waiting.push(...recent.map((one) => ({ ...one, past: true })));
  states.push(hello.health);
  figures.value = hello.figures;
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
  const happening: Span[] = [];
  for (const one of told) {
    if (one.event === "health") states.push(one.data as Health);
    // What is told again after the stream broke off is known already.
    else if (one.id <= last) continue;
    else if (one.event === "span") {
      spans.push(one.data as Span);
      if (!one.past) happening.push(one.data as Span);
    } else if (one.event === "log") remember(one.data as Log);
    last = Math.max(last, one.id);
  }
  showHealth();
  const ran = spans.filter((span) => RUNS.includes(span.kind));
  if (ran.length) runs.value = [...ran.reverse(), ...runs.value].slice(0, KEPT_SPANS);
  if (happening.length) for (const listener of listeners) listener(happening);
}

function remember(log: Log): void {
  lines.set(log.function, [log, ...logsOf(log.function)].slice(0, KEPT_LOGS));
  lined.value++;
}
