import assert from "node:assert/strict";
import { test } from "node:test";
import { isRepeatable, type Outcome, backoff, retryAfter, sleep, withRetries } from "../src/retry.js";
import { problem } from "./server.js";
import type { Problem } from "../src/models.js";

function outcome(status: number, retry?: string, headers = {}): Outcome {
  const body = retry ? (problem(status, "code", retry).body as Problem) : undefined;
  return { response: new Response(null, { status, headers }), problem: body };
}

/** Return outcomes in turn; return the last status and the waits in between. */
async function tried(outcomes: (Outcome | Error)[], repeatable = true) {
  const waits: number[] = [];
  const attempt = async () => {
    const next = outcomes.shift();
    if (next === undefined || next instanceof Error) throw next;
    return next;
  };
  const wait = async (ms: number) => void waits.push(ms);
  const { response } = await withRetries(attempt, { repeatable, wait });
  return { status: response.status, waits };
}

test("a success is returned at once", async () => {
  assert.deepEqual(await tried([outcome(200)]), { status: 200, waits: [] });
});

test("a problem permits a retry of any method", async () => {
  const { status, waits } = await tried([outcome(500, "later"), outcome(200)], false);
  assert.equal(status, 200);
  assert.equal(waits.length, 1);
  assert.deepEqual(await tried([outcome(500, "never")]), { status: 500, waits: [] });
  assert.deepEqual(await tried([outcome(401, "after-refresh")]), { status: 401, waits: [] });
});

test("same is retried immediately, then with backoff", async () => {
  const { waits } = await tried([outcome(409, "same"), outcome(409, "same"), outcome(200)]);
  assert.equal(waits[0], 0);
  assert.equal(waits.length, 2);
});

test("an unknown retry value is derived from the status", async () => {
  assert.equal((await tried([outcome(503, "tomorrow"), outcome(200)])).status, 200);
  assert.equal((await tried([outcome(409, "tomorrow")])).status, 409);
});

test("a proxy's error is retried only if the request is repeatable", async () => {
  assert.equal((await tried([outcome(502), outcome(200)])).status, 200);
  assert.equal((await tried([outcome(502)], false)).status, 502);
  assert.equal((await tried([outcome(500)])).status, 500);
});

test("a network error is retried only if the request is repeatable", async () => {
  assert.equal((await tried([new TypeError("fetch failed"), outcome(200)])).status, 200);
  await assert.rejects(tried([new TypeError("fetch failed"), outcome(200)], false), /fetch failed/);
});

test("attempts are bounded", async () => {
  const outcomes = Array.from({ length: 9 }, () => outcome(503, "later"));
  assert.equal((await tried(outcomes)).status, 503);
  assert.equal(outcomes.length, 5);
  const errors = Array.from({ length: 9 }, () => new TypeError("fetch failed"));
  await assert.rejects(tried(errors), /fetch failed/);
  assert.equal(errors.length, 5);
});

test("Retry-After is a minimum, and one that is too long ends the retries", async () => {
  const { waits } = await tried([outcome(503, "later", { "Retry-After": "7" }), outcome(200)]);
  assert.ok((waits[0] ?? 0) >= 7000 && (waits[0] ?? 0) <= 7500, String(waits));
  const patient = await tried([outcome(503, "later", { "Retry-After": "3600" })]);
  assert.deepEqual(patient, { status: 503, waits: [] });
});

test("Retry-After may be a date, relative to the server's clock", () => {
  const headers = {
    Date: "Wed, 21 Oct 2015 07:28:00 GMT",
    "Retry-After": "Wed, 21 Oct 2015 07:28:09 GMT",
  };
  assert.equal(retryAfter(new Response(null, { headers })), 9000);
  assert.equal(retryAfter(new Response(null, { headers: { "Retry-After": "soon" } })), 0);
  assert.equal(retryAfter(new Response()), 0);
});

test("backoff has full jitter and a maximum", () => {
  assert.equal(backoff(1, 1000, () => 0), 0);
  assert.equal(backoff(1, 20_000, () => 1), 500);
  assert.equal(backoff(3, 20_000, () => 1), 2000);
  assert.equal(backoff(99, 20_000, () => 1), 20_000);
});

test("idempotent requests are repeatable", () => {
  const request = (method: string, headers = {}) =>
    isRepeatable(new Request("http://127.0.0.1/", { method, headers }));
  assert.deepEqual(["GET", "HEAD", "PUT", "DELETE"].map((one) => request(one)), Array(4).fill(true));
  assert.deepEqual(["POST", "PATCH"].map((one) => request(one)), [false, false]);
  assert.equal(request("POST", { "Idempotency-Key": '"k"' }), true);
});

test("a wait longer than a timer allows is shortened", async () => {
  await assert.rejects(sleep(30 * 24 * 3_600_000, AbortSignal.timeout(100)), /timeout/);
  await assert.rejects(sleep(Infinity, AbortSignal.timeout(100)), /timeout/);
});

test("an abort ends the wait", async () => {
  const abort = new AbortController();
  const waiting = sleep(60_000, abort.signal);
  abort.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(sleep(60_000, abort.signal), /enough/);
});
