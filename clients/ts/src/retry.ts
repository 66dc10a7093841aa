import type { Problem } from "./models.js";
import { retryAdvice } from "./problems.js";

const ATTEMPTS = 4;
const BASE_MS = 500;
const MAX_MS = 20_000;
/** A longer `Retry-After` is returned to the caller instead of waited for. */
const MAX_RETRY_AFTER_MS = 60_000;
/** Transient errors of proxies, which send no problem document. */
const TRANSIENT = new Set([429, 502, 503, 504]);
/** A timer with a longer delay fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const SAFE = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** A response, and the problem in it. */
export interface Outcome {
  response: Response;
  problem: Problem | undefined;
}

/** Tell whether a request may be repeated without knowing whether it took effect: is it idempotent? */
export function isRepeatable(request: Request): boolean {
  return SAFE.has(request.method) || request.headers.has("Idempotency-Key");
}

/**
 * Run attempts until one should not be retried, and return the last outcome.
 *
 * A problem's `retry` permits a retry of any request; a network error or a proxy's error only
 * of a repeatable one.
 */
export async function withRetries<T extends Outcome>(
  attempt: () => Promise<T>,
  { repeatable, signal, wait = sleep }: RetryOptions,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    let delay: number | null;
    try {
      const outcome = await attempt();
      delay = tries < ATTEMPTS ? delayAfter(outcome, tries, repeatable) : null;
      if (delay === null) return outcome;
      if (!outcome.response.bodyUsed) await outcome.response.body?.cancel();
    } catch (error) {
      if (!repeatable || tries === ATTEMPTS || signal?.aborted) throw error;
      delay = backoff(tries);
    }
    await wait(delay, signal);
  }
}

interface RetryOptions {
  repeatable: boolean;
  signal?: AbortSignal | undefined;
  wait?: typeof sleep;
}

function delayAfter({ response, problem }: Outcome, tries: number, repeatable: boolean) {
  const transient = repeatable && TRANSIENT.has(response.status) ? "later" : "never";
  const retry = problem ? retryAdvice(problem) : transient;
  if (retry !== "later" && retry !== "same") return null;
  const floor = retryAfter(response);
  if (floor > MAX_RETRY_AFTER_MS) return null;
  return retry === "same" && tries === 1 ? floor : floor + backoff(tries);
}

/** Return the delay after a failed attempt in ms, with full jitter so that clients do not synchronise. */
export function backoff(tries: number, max = MAX_MS, random = Math.random): number {
  return random() * Math.min(max, BASE_MS * 2 ** (tries - 1));
}

/** Return the delay that `Retry-After` requests in ms, or 0. */
export function retryAfter({ headers }: Response): number {
  const value = headers.get("Retry-After")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // The local clock may be wrong by hours, so measure against the server's own.
  const now = Date.parse(headers.get("Date") ?? "") || Date.now();
  return Math.max(0, Date.parse(value) - now) || 0;
}

/** Wait for at most 24 days; rejects with the signal's reason when aborted. */
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
    }, Math.min(ms, MAX_TIMER_MS));
    signal?.addEventListener("abort", abort, { once: true });
  });
}
