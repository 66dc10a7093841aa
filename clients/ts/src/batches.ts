import type { Savepoint } from "./client.js";
import { LIMITS } from "./limits.js";
import { asProblem, type Problem, ProblemError } from "./problems.js";
import { retrying } from "./retry.js";
import type { components, paths } from "./schema.js";

/** A path that takes batches. */
export type BatchPath = keyof typeof LIMITS;

/** What a batch of this path holds. */
export type BatchItem<P extends BatchPath> =
  paths[P]["post"]["requestBody"]["content"]["application/json"]["items"][number];

/** What became of a batch; an `index` is that of the list that was handed over. */
export type Receipt = components["schemas"]["Receipt"];

/** Why one item was not taken. */
export type Rejection = components["schemas"]["Rejection"];

/** How much one request may hold: bytes of its body, items of its list. */
export interface Limits {
  readonly bodyBytes: number;
  readonly items: number;
}

/** What became of `count` items from `start` on. */
export interface Part {
  start: number;
  count: number;
  receipt: Receipt;
}

/** Statuses that blame what was sent, not who sent it or where. */
const BLAMES_CONTENT = new Set([400, 413, 422]);

/**
 * Send items of any number in requests that the server takes, one after another.
 *
 * Throws `ProblemError`, or the network's error, when a request fails for good: sending all of
 * them again is safe, since the server knows items by their id.
 */
export async function sendBatch<P extends BatchPath>(
  savepoint: Savepoint,
  path: P,
  items: readonly BatchItem<P>[],
  options: { signal?: AbortSignal } = {},
): Promise<Receipt> {
  const whole: Receipt = { accepted: 0, duplicates: 0, rejected: [] };
  for await (const { receipt } of sendParts(savepoint, path, items, options.signal)) {
    whole.accepted += receipt.accepted;
    whole.duplicates += receipt.duplicates;
    whole.rejected.push(...receipt.rejected);
  }
  return whole;
}

/**
 * Send items and yield what became of each part, in order.
 *
 * A part that is refused whole for what it holds is halved until the item that is to blame stands
 * alone; after that the parts grow again.
 */
export async function* sendParts<P extends BatchPath>(
  savepoint: Savepoint,
  path: P,
  items: readonly BatchItem<P>[],
  signal?: AbortSignal,
): AsyncGenerator<Part> {
  const sizes = items.map((item) => byteLength(item));
  let limits: Limits = LIMITS[path];
  let most = Infinity;
  for (let start = 0; start < items.length; ) {
    if (fitting(sizes, start, LIMITS[path]) === 0) {
      yield refused(start, "too_large", `this item has ${sizes[start]} bytes, more than a batch`);
      start += 1;
      continue;
    }
    const count = Math.max(1, Math.min(most, fitting(sizes, start, limits)));
    const answer = await post(savepoint, path, items.slice(start, start + count), signal);
    if ("receipt" in answer) {
      yield { start, count, receipt: moved(answer.receipt, start) };
      start += count;
      most *= 2;
      continue;
    }
    const { problem } = answer;
    const learned = tightened(limits, problem, count);
    const fits = fitting(sizes, start, learned);
    // A limit into which nothing fits is an error of whoever told it.
    if (fits > 0 && fits < count) limits = learned;
    else if (count > 1) most = Math.floor(count / 2);
    else {
      yield refused(start, problem.code, problem.detail);
      start += 1;
    }
  }
}

/** Send one request, with the time at which each attempt is made. */
async function post(
  savepoint: Savepoint,
  path: BatchPath,
  items: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<{ receipt: Receipt } | { problem: Problem }> {
  // TypeScript cannot look through a path that is a type parameter.
  const send = savepoint.POST as unknown as (path: string, init: object) => Promise<Answer>;
  const attempt = async () => {
    const body = { sent_at: new Date().toISOString(), items };
    const init = { body, parseAs: "text", ...(signal && { signal }) };
    const { data, error: problem, response } = await send(path, init);
    return { data, problem, response };
  };
  const { data = "", problem, response } = await retrying(attempt, { repeatable: true, signal });
  const receipt = readReceipt(data);
  if (receipt) return { receipt };
  // A proxy's own 400 says nothing about the items.
  const isTold = problem && problem.code !== "unknown" && BLAMES_CONTENT.has(problem.status);
  if (isTold) return { problem };
  throw new ProblemError(problem ?? asProblem(data, response), response);
}

interface Answer {
  data?: string;
  error?: Problem;
  response: Response;
}

/** Return the receipt that a success should be; a page in between answers anything. */
function readReceipt(text: string): Receipt | undefined {
  try {
    const read = JSON.parse(text) as Receipt;
    if (typeof read.accepted === "number" && Array.isArray(read.rejected)) return read;
  } catch {
    // It is no JSON.
  }
  return undefined;
}

/** Return how many items from `start` on fit into one request. */
export function fitting(sizes: readonly number[], start: number, limits: Limits): number {
  let bytes = ENVELOPE;
  let count = 0;
  for (; count < limits.items && start + count < sizes.length; count++) {
    bytes += (sizes[start + count] ?? 0) + (count > 0 ? 1 : 0);
    if (bytes > limits.bodyBytes) break;
  }
  return count;
}

/** Return the limits that an answer of a server with other limits tells. */
function tightened(limits: Limits, problem: Problem, count: number): Limits {
  const { limit, actual } = problem;
  if (problem.status !== 413 || limit == null) return limits;
  return actual === count ? { ...limits, items: limit } : { ...limits, bodyBytes: limit };
}

function moved(receipt: Receipt, start: number): Receipt {
  const rejected = receipt.rejected.map((one) => ({ ...one, index: one.index + start }));
  return { ...receipt, rejected };
}

function refused(index: number, code: Rejection["code"], detail: string): Part {
  const rejection: Rejection = { index, code, detail, retry: "never" };
  return { start: index, count: 1, receipt: { accepted: 0, duplicates: 0, rejected: [rejection] } };
}

function byteLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

const ENVELOPE = byteLength({ sent_at: new Date(0).toISOString(), items: [] });
