import createClient, { type Client } from "openapi-fetch";
import { LIMITS, PUBLIC } from "./limits.js";
import { readProblem, retryOf, withProblem } from "./problems.js";
import { isRepeatable, retrying } from "./retry.js";
import type { paths } from "./schema.js";
import { type FreshTokens, keepFresh, type TokenSource } from "./tokens.js";

/** Calls the API: `GET`, `POST` and so on, typed by path, return `{ data, error, response }`. */
export type Savepoint = Client<paths>;

/** How to reach the API, and who calls. */
export interface SavepointOptions {
  baseUrl: string;
  /** The app and its version as operators see it: `desktop/8.4.1 (win32; x64)`. */
  clientName: string;
  /** Of one player: make another client when another player signs in. */
  token?: TokenSource;
  fetch?: (request: Request) => Promise<Response>;
}

const BATCHES = Object.keys(LIMITS);

/** Create a client that signs its requests, renews the token, and retries what is safe to repeat. */
export function createSavepoint(options: SavepointOptions): Savepoint {
  const { baseUrl, clientName, token, fetch = globalThis.fetch } = options;
  const tokens = token && keepFresh(token);
  const send = async (request: Request) => {
    const response = await sendSigned(request, fetch, tokens);
    // An answer that breaks off is none, which shows here, where the request can be repeated.
    if (response.ok) await response.clone().arrayBuffer();
    return { response, problem: await readProblem(response) };
  };
  const client = createClient<paths>({
    baseUrl,
    headers: { "Savepoint-Client": clientName },
    async fetch(request) {
      const how = { repeatable: isRepeatable(request), signal: request.signal };
      // `sendBatch` repeats a batch: its `sent_at` must be that of the new attempt.
      const sent = isBatch(request) ? send(request) : retrying(() => send(request), how);
      const { response, problem } = await sent;
      return response.status < 400 || problem ? response : withProblem(response);
    },
  });
  client.use({
    async onRequest({ request, schemaPath }) {
      // A public answer comes from a shared cache, which a request that is signed passes by.
      if (isPublic(request.method, schemaPath) || request.headers.has("Authorization")) return;
      sign(request, (await tokens?.current()) ?? null);
    },
  });
  return client;
}

async function sendSigned(
  request: Request,
  fetch: (request: Request) => Promise<Response>,
  tokens: FreshTokens | undefined,
): Promise<Response> {
  const response = await fetch(request.clone());
  const refused = request.headers.get("Authorization")?.replace(/^Bearer /, "");
  if (response.status !== 401 || tokens === undefined || refused === undefined) return response;
  const problem = await readProblem(response);
  if (problem === undefined || retryOf(problem) !== "after-refresh") return response;
  // Whoever cannot be signed in again is told by the 401; why, the source's own library says.
  const other = await tokens.instead(refused).catch(() => null);
  if (other === null) return response;
  await response.body?.cancel();
  sign(request, other);
  return fetch(request.clone());
}

function sign(request: Request, token: string | null): void {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
}

function isPublic(method: string, path: string): boolean {
  return Object.hasOwn(PUBLIC, `${method === "HEAD" ? "GET" : method} ${path}`);
}

function isBatch({ method, url }: Request): boolean {
  return method === "POST" && BATCHES.some((path) => new URL(url).pathname.endsWith(path));
}
