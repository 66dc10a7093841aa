/**
 * Requests to the console's own back end, and to the functions as a signed-in caller.
 *
 * A failed request throws an Error whose message can be shown to the user.
 */

export interface Node {
  id: string;
  kind: "function" | "trigger" | "topic" | "collection" | "table" | "bucket";
  name: string;
  description?: string;
  source?: string;
  invoked_by?: string;
  objectives?: { availability: number; p99_ms: number };
  memory?: string;
  concurrency?: number;
  instances?: { min: number; max: number };
}

export interface Edge {
  from: string;
  to: string;
  kind: "pushes" | "pulls" | "fires" | "publishes" | "uses" | "writes" | "reads";
}

export interface Topology {
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
  log_lines: string[];
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
  request: Body & { headers: Record<string, string> };
  response: Body & { status: number; headers: Record<string, string> };
}

export type Row = Record<string, unknown>;

export interface StoredDocument {
  path: string;
  data: Row | null;
  updated_at: string | null;
}

export type Caller = "ada" | "creator" | "admin";
export const CALLERS: Caller[] = ["ada", "creator", "admin"];

/** A response body, and the trace of its request. */
export interface Traced<T> {
  body: T;
  trace: string | undefined;
}

async function traced<T>(pending: Promise<Response>): Promise<Traced<T>> {
  const response = await pending.catch(() => {
    throw new Error("The local cloud is unreachable.");
  });
  const text = await response.text();
  if (!response.ok) throw new Error(errorDetail(response, text));
  return { body: JSON.parse(text) as T, trace: response.headers.get("traceparent")?.split("-")[1] };
}

function errorDetail(response: Response, text: string): string {
  try {
    const problem = JSON.parse(text) as { title: string; detail: string };
    return `${response.status} ${problem.title}: ${problem.detail}`;
  } catch {
    return `${response.status}: ${text.slice(0, 200)}`;
  }
}

function withJson(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

/** Get JSON from this origin. */
export async function fetchJson<T>(path: string, init?: RequestInit): Promise<T> {
  return (await traced<T>(fetch(path, init))).body;
}

/** Send a GET request to the console's back end. */
export function consoleGet<T>(path: string): Promise<T> {
  return fetchJson(`api/${path}`);
}

/** Send a POST request to the console's back end. */
export function consolePost<T>(path: string, body?: unknown): Promise<T> {
  return fetchJson(`api/${path}`, { method: "POST", ...(body ? withJson(body) : {}) });
}

const TOKEN_MAX_AGE_MS = 30 * 60_000;
let minted: { at: number; tokens: Promise<Record<Caller, string>> } | undefined;

/** Return an ID token for a caller. */
export async function token(caller: Caller): Promise<string> {
  if (!minted || Date.now() - minted.at > TOKEN_MAX_AGE_MS) {
    minted = { at: Date.now(), tokens: consoleGet("tokens") };
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
  return (await callTraced<T>(caller, method, path, body)).body;
}

/** Like `call`, but also return the trace; POST requests carry an idempotency key. */
export async function callTraced<T>(
  caller: Caller,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Traced<T>> {
  const init = body === undefined ? {} : withJson(body);
  const headers = new Headers({ ...init.headers, Authorization: `Bearer ${await token(caller)}` });
  if (method === "POST") headers.set("Idempotency-Key", crypto.randomUUID());
  return traced(fetch(path, { ...init, method, headers }));
}

/** Read a public resource, revalidating the browser's cached copy. */
export function getPublic<T>(path: string): Promise<Traced<T>> {
  return traced(fetch(path, { cache: "no-cache" }));
}
