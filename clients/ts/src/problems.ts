import type { Problem } from "./models.js";
import type { Other } from "./schema.js";

type Known<Value extends string> = Value extends string ? (Other extends Value ? never : Value) : never;

/** The codes that this version knows; a newer server may send others. */
export type ProblemCode = Known<Problem["code"]>;

/** Whether and when the same request may be sent again. */
export type RetryAdvice = Known<Problem["retry"]>;

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

/** Tell whether a value is a Savepoint problem document, not a proxy's error page. */
export function isProblem(value: unknown): value is Problem {
  if (value === null || typeof value !== "object") return false;
  const { code, retry, status } = value as Partial<Problem>;
  return typeof code === "string" && typeof retry === "string" && typeof status === "number";
}

/** Return a problem's retry advice; a value of a newer server is derived from the status. */
export function retryAdvice({ retry, status }: { retry: RetryAdvice | Other; status?: number }): RetryAdvice {
  if (isKnown(retry)) return retry;
  return status === 429 || (status ?? 0) >= 500 ? "later" : "never";
}

const KNOWN: Record<RetryAdvice, true> = { never: true, same: true, "after-refresh": true, later: true };

function isKnown(value: string): value is RetryAdvice {
  return Object.hasOwn(KNOWN, value);
}

/** Return the problem in a response, whose body remains readable. */
export async function readProblem(response: Response): Promise<Problem | undefined> {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.ok || !type.includes("json")) return undefined;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return isProblem(body) ? body : undefined;
}

/** Return a problem for a response that is not from Savepoint, such as a proxy's error page. */
export function asProblem(page: string, { status, statusText }: Response): Problem {
  const detail = `the response is not from Savepoint: ${page.slice(0, 200)}`;
  const code = status === 413 ? "too_large" : "unknown";
  const retry = status < 400 || status === 429 || status >= 500 ? "later" : "never";
  return { type: "about:blank", title: statusText, status, detail, code, retry };
}

/** Return a proxy's error response with a problem document as its body. */
export async function withProblem(response: Response): Promise<Response> {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const name of ["Content-Type", "Content-Length", "Content-Encoding"]) headers.delete(name);
  const problem = asProblem(await response.text().catch(() => ""), response);
  return Response.json(problem, { status, statusText, headers });
}
