import type { components, Other } from "./schema.js";

/** RFC 9457: what went wrong, for developers; `code` and `retry` are for the program. */
export type Problem = components["schemas"]["Problem"];

type Known<Word extends string> = Word extends string ? (Other extends Word ? never : Word) : never;

/** The codes that this client knows; a `Problem` of a newer server may carry another. */
export type ProblemCode = Known<Problem["code"]>;

/** What may be done with the very same request after a problem. */
export type Retry = Known<Problem["retry"]>;

/** Thrown where no `{ data, error }` is returned: by `sendBatch` and the queue. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly problem: Problem,
    readonly response: Response,
  ) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
  }
}

/** Tell whether a value is a problem document of Savepoint, not a proxy's page. */
export function isProblem(value: unknown): value is Problem {
  if (value === null || typeof value !== "object") return false;
  const { code, retry, status } = value as Partial<Problem>;
  return typeof code === "string" && typeof retry === "string" && typeof status === "number";
}

/** Return what may be done next, also when a newer server says a word that is not known here. */
export function retryOf({ retry, status }: { retry: Retry | Other; status?: number }): Retry {
  if (isKnown(retry)) return retry;
  return status === 429 || (status ?? 0) >= 500 ? "later" : "never";
}

const RETRIES: Record<Retry, true> = { never: true, same: true, "after-refresh": true, later: true };

function isKnown(word: string): word is Retry {
  return Object.hasOwn(RETRIES, word);
}

/** Return the problem that an answer carries, and leave the answer readable. */
export async function readProblem(response: Response): Promise<Problem | undefined> {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.ok || !type.includes("json")) return undefined;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return isProblem(body) ? body : undefined;
}

/** Return an answer that is not Savepoint's, such as a proxy's page, as a problem. */
export function asProblem(page: string, { status, statusText }: Response): Problem {
  const detail = `the answer is not Savepoint's: ${page.slice(0, 200)}`;
  const code = status === 413 ? "too_large" : "unknown";
  const retry = status < 400 || status === 429 || status >= 500 ? "later" : "never";
  return { type: "about:blank", title: statusText, status, detail, code, retry };
}

/** Return a proxy's error answer with a problem in place of its page. */
export async function withProblem(response: Response): Promise<Response> {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const name of ["Content-Type", "Content-Length", "Content-Encoding"]) headers.delete(name);
  const problem = asProblem(await response.text().catch(() => ""), response);
  return Response.json(problem, { status, statusText, headers });
}
