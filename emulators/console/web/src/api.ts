/**
 * What the page asks: the console's own back-end, and the functions as a signed-in caller.
 *
 * What is refused raises an Error whose text is for a person.
 */

export interface Node {
  id: string;
  kind: "function" | "trigger" | "topic" | "collection" | "table" | "bucket";
  name: string;
  description?: string;
  source?: string;
  reached_by?: string;
  objectives?: { availability: number; p99_ms: number };
  memory?: string;
  concurrency?: number;
  instances?: { min: number; max: number };
}

export interface Edge {
  from: string;
  to: string;
  kind: "pushes" | "pulls" | "fires" | "publishes" | "documents" | "writes" | "reads";
}

export interface Whole {
  project: string;
  url: string;
  isolated: boolean;
  nodes: Node[];
  edges: Edge[];
}

export interface TraceSpan {
  id: string;
  parent: string | null;
  depth: number;
  name: string;
  kind: string;
  function: string;
  start_ms: number;
  ms: number;
  failed: boolean;
  attributes: Record<string, unknown>;
  said: string[];
  has_exchange: boolean;
}

export interface Trace {
  trace: string;
  start: string;
  ms: number;
  spans: TraceSpan[];
}

export interface Body {
  body: string;
  base64?: boolean;
  truncated: boolean;
}

export interface Exchange {
  function: string;
  method: string;
  path: string;
  at: string;
  request: Body & { headers: Record<string, string> };
  answer: Body & { status: number; headers: Record<string, string> };
}

export type Row = Record<string, unknown>;

export interface StoredDocument {
  path: string;
  data: Row | null;
  updated_at: string | null;
}

export type Caller = "ada" | "creator" | "admin";
export const CALLERS: Caller[] = ["ada", "creator", "admin"];

/** A body, and the trace that led to it. */
export interface Told<T> {
  body: T;
  trace: string | undefined;
}

async function told<T>(answering: Promise<Response>): Promise<Told<T>> {
  const answer = await answering.catch(() => {
    throw new Error("The local cloud does not answer.");
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(detail(answer, text));
  return { body: JSON.parse(text) as T, trace: answer.headers.get("traceparent")?.split("-")[1] };
}

async function read<T>(answering: Promise<Response>): Promise<T> {
  return (await told<T>(answering)).body;
}

function detail(answer: Response, text: string): string {
  try {
    const problem = JSON.parse(text) as { title: string; detail: string };
    return `${answer.status} ${problem.title}: ${problem.detail}`;
  } catch {
    return `${answer.status}: ${text.slice(0, 200)}`;
  }
}

function withJson(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

/** Fetch JSON of this machine. */
export function fetched<T>(path: string): Promise<T> {
  return read(fetch(path));
}

/** Ask the console's back-end. */
export function ask<T>(path: string): Promise<T> {
  return fetched(`api/${path}`);
}

/** Let the console's back-end do something. */
export function act<T>(path: string, body?: unknown): Promise<T> {
  return read(fetch(`api/${path}`, { method: "POST", ...(body ? withJson(body) : {}) }));
}

const TOKENS_KEPT_MS = 30 * 60_000;
let minted: { at: number; tokens: Promise<Record<Caller, string>> } | undefined;

/** Return an ID token of one of the local cloud's people. */
export async function token(caller: Caller): Promise<string> {
  if (!minted || Date.now() - minted.at > TOKENS_KEPT_MS) {
    minted = { at: Date.now(), tokens: ask("tokens") };
    minted.tokens.catch(() => (minted = undefined));
  }
  return (await minted.tokens)[caller];
}

/** Call a function through the gateway, signed in as `caller`. */
export async function call<T>(
  caller: Caller,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<T> {
  return (await tell<T>(caller, method, path, body)).body;
}

/** Call a function as `call` does, and learn its trace; a write takes effect once. */
export async function tell<T>(
  caller: Caller,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Told<T>> {
  const sent = body === undefined ? {} : withJson(body);
  const headers = new Headers({ ...sent.headers, Authorization: `Bearer ${await token(caller)}` });
  if (method === "POST") headers.set("Idempotency-Key", crypto.randomUUID());
  return told(fetch(path, { ...sent, method, headers }));
}

/** Read what everyone may read, as new as it is: no copy that the browser kept. */
export function look<T>(path: string): Promise<Told<T>> {
  return told(fetch(path, { cache: "no-cache" }));
}
