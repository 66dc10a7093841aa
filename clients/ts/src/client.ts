import createClient, { type Client } from "openapi-fetch";
import { BATCH_LIMITS, PUBLIC_OPERATIONS } from "./limits.js";
import { readProblem, retryAdvice, withProblem } from "./problems.js";
import { isRepeatable, withRetries } from "./retry.js";
import type { paths } from "./schema.js";
import { type FreshTokens, keepFresh, type TokenSource } from "./tokens.js";

/** An API client: `GET`, `POST` and so on are typed by path and return `{ data, error, response }`. */
export type SavepointClient = Client<paths>;

export interface SavepointClientOptions {
  baseUrl: string;
  /** The app and its version, for operators: `desktop/8.4.1 (win32; x64)`. */
  clientName: string;
  /** Returns tokens of one player; create another client when another player signs in. */
  getToken?: TokenSource;
  fetch?: (request: Request) => Promise<Response>;
}

const BATCH_PATHS = Object.keys(BATCH_LIMITS);

/** Create a client that adds the player's token, refreshes it, and retries what is safe to repeat. */
export function createSavepointClient(options: SavepointClientOptions): SavepointClient {
  const { baseUrl, clientName, getToken, fetch = globalThis.fetch } = options;
  const tokens = getToken && keepFresh(getToken);
  const send = async (request: Request) => {
    const response = await sendAuthorized(request, fetch, tokens);
    // Read the body now, so that a response that breaks off is retried.
    if (response.ok) await response.clone().arrayBuffer();
    return { response, problem: await readProblem(response) };
  };
  const client = createClient<paths>({
    baseUrl,
    headers: { "Savepoint-Client": clientName },
    async fetch(request) {
      const options = { repeatable: isRepeatable(request), signal: request.signal };
      // `sendBatch` retries batches itself, because each attempt needs a new `sent_at`.
      const sent = isBatch(request) ? send(request) : withRetries(() => send(request), options);
      const { response, problem } = await sent;
      return response.status < 400 || problem ? response : withProblem(response);
    },
  });
  client.use({
    async onRequest({ request, schemaPath }) {
      // Public responses come from a shared cache, which a request with a token would bypass.
      if (isPublic(request.method, schemaPath) || request.headers.has("Authorization")) return;
      authorize(request, (await tokens?.current()) ?? null);
    },
  });
  return client;
}

async function sendAuthorized(
  request: Request,
  fetch: (request: Request) => Promise<Response>,
  tokens: FreshTokens | undefined,
): Promise<Response> {
  const response = await fetch(request.clone());
  const refused = request.headers.get("Authorization")?.replace(/^Bearer /, "");
  if (response.status !== 401 || tokens === undefined || refused === undefined) return response;
  const problem = await readProblem(response);
  if (problem === undefined || retryAdvice(problem) !== "after-refresh") return response;
  // If the token cannot be refreshed, the caller gets the 401.
  const renewed = await tokens.replace(refused).catch(() => null);
  if (renewed === null) return response;
  await response.body?.cancel();
  authorize(request, renewed);
  return fetch(request.clone());
}

function authorize(request: Request, token: string | null): void {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
}

function isPublic(method: string, path: string): boolean {
  return Object.hasOwn(PUBLIC_OPERATIONS, `${method === "HEAD" ? "GET" : method} ${path}`);
}

function isBatch({ method, url }: Request): boolean {
  return method === "POST" && BATCH_PATHS.some((path) => new URL(url).pathname.endsWith(path));
}
