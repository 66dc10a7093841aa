import { type Problem, retryOf } from "./problems.js";

const ATTEMPTS = 4;
const FIRST_MS = 500;
const MOST_MS = 20_000;
/** Whoever is asked to wait longer than this is told so instead of being kept waiting. */
const PATIENCE_MS = 60_000;
/** What proxies answer by themselves, without a problem document. */
const TRANSIENT = new Set([429, 502, 503, 504]);
/** A timer that is set for longer goes off at once. */
const LONGEST_MS = 2 ** 31 - 1;
const SAFE = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** An answer, and the problem it carries. */
export interface Outcome {
  response: Response;
  problem: Problem | undefined;
}

/**
 * Tell whether a request may go again when no answer came: nobody knows then whether it was done,
 * so doing it twice must be doing it once.
 */
export function isRepeatable(request: Request): boolean {
  return SAFE.has(request.method) || request.headers.has("Idempotency-Key");
}

/**
 * Make attempts until one is answered for good, and return that or the last.
 *
 * A problem's `retry` allows another one for any request; an error of the network, or a proxy's
 * answer, only for one that is repeatable.
 */
export async function retrying<T extends Outcome>(
  attempt: () => Promise<T>,
  { repeatable, signal, pause = sleep }: RetryOptions,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    let wait: number | null;
    try {
      const outcome = await attempt();
      wait = tries < ATTEMPTS ? waitAfter(outcome, tries, repeatable) : null;
      if (wait === null) return outcome;
      if (!outcome.response.bodyUsed) await outcome.response.body?.cancel();
    } catch (error) {
      if (!repeatable || tries === ATTEMPTS || signal?.aborted) throw error;
      wait = backoff(tries);
    }
    await pause(wait, signal);
  }
}

interface RetryOptions {
  repeatable: boolean;
  signal?: AbortSignal | undefined;
  pause?: typeof sleep;
}

function waitAfter({ response, problem }: Outcome, tries: number, repeatable: boolean) {
  const transient = repeatable && TRANSIENT.has(response.status) ? "later" : "never";
  const retry = problem ? retryOf(problem) : transient;
  if (retry !== "later" && retry !== "same") return null;
  const floor = retryAfter(response);
  if (floor > PATIENCE_MS) return null;
  return retry === "same" && tries === 1 ? floor : floor + backoff(tries);
}

/** Return the milliseconds to wait after a failure: full jitter, so that clients do not march in step. */
export function backoff(tries: number, most = MOST_MS, random = Math.random): number {
  return random() * Math.min(most, FIRST_MS * 2 ** (tries - 1));
}

/** Return the milliseconds that `Retry-After` asks for, or 0. */
export function retryAfter({ headers }: Response): number {
  const value = headers.get("Retry-After")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // A player's clock may be wrong by hours: the server's own says when now is.
  const now = Date.parse(headers.get("Date") ?? "") || Date.now();
  return Math.max(0, Date.parse(value) - now) || 0;
}

/** Wait, for 24 days at most; an abort ends it at once with the signal's reason. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, Math.min(ms, LONGEST_MS));
    signal?.addEventListener("abort", abort, { once: true });
  });
}
