import type { SavepointClient } from "./client.js";
import { BATCH_LIMITS } from "./limits.js";
import type { Problem, Receipt, Rejection } from "./models.js";
import { asProblem, ProblemError } from "./problems.js";
import { withRetries } from "./retry.js";
import type { paths } from "./schema.js";

/** A path that accepts batches. */
export type BatchPath = keyof typeof BATCH_LIMITS;

/** One item of a batch for this path. */
export type BatchItem<P extends BatchPath> =
  paths[P]["post"]["requestBody"]["content"]["application/json"]["items"][number];

/** The limits of one request. */
export interface Limits {
  readonly bodyBytes: number;
  readonly items: number;
}

/** The result for `count` items from `start` on. */
export interface Part {
  start: number;
  count: number;
  receipt: Receipt;
}

/** Statuses that mean the content was rejected, not the caller or the path. */
const CONTENT_ERRORS = new Set([400, 413, 422]);

/**
 * Send any number of items, split into requests that are within the server's limits.
 *
 * Throws `ProblemError`, or the network's error, when a request fails for good. Sending all items
 * again is safe, because the server identifies them by their ids.
 */
export async function sendBatch<P extends BatchPath>(
  savepoint: SavepointClient,
  path: P,
  items: readonly BatchItem<P>[],
  options: { signal?: AbortSignal } = {},
): Promise<Receipt> {
  const total: Receipt = { accepted: 0, duplicates: 0, rejected: [] };
  for await (const { receipt } of sendParts(savepoint, path, items, options.signal)) {
    total.accepted += receipt.accepted;
    total.duplicates += receipt.duplicates;
    total.rejected.push(...receipt.rejected);
  }
  return total;
}

/**
 * Send items and yield the result of each part, in order.
 *
 * A part whose content the server refuses is halved until the offending item is alone and can be
 * rejected; after that the parts grow again.
 */
export async function* sendParts<P extends BatchPath>(
  savepoint: SavepointClient,
  path: P,
  items: readonly BatchItem<P>[],
  signal?: AbortSignal,
): AsyncGenerator<Part> {
  const sizes = items.map((item) => byteLength(item));
  let limits: Limits = BATCH_LIMITS[path];
  let maxItems = Infinity;
  for (let start = 0; start < items.length; ) {
    if (countFitting(sizes, start, BATCH_LIMITS[path]) === 0) {
      yield rejectedItem(start, "too_large", `the item has ${sizes[start]} bytes, more than a batch may have`);
      start += 1;
      continue;
    }
    const count = Math.max(1, Math.min(maxItems, countFitting(sizes, start, limits)));
    const result = await post(savepoint, path, items.slice(start, start + count), signal);
    if ("receipt" in result) {
      yield { start, count, receipt: shifted(result.receipt, start) };
      start += count;
      maxItems *= 2;
      continue;
    }
    const { problem } = result;
    const learned = lowered(limits, problem, count);
    const fits = countFitting(sizes, start, learned);
    // A limit that not even one item fits is the server's mistake.
    if (fits > 0 && fits < count) limits = learned;
    else if (count > 1) maxItems = Math.floor(count / 2);
    else {
      yield rejectedItem(start, problem.code, problem.detail);
      start += 1;
    }
  }
}

/** Send one request; `sent_at` is the time of each attempt. */
async function post(
  savepoint: SavepointClient,
  path: BatchPath,
  items: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<{ receipt: Receipt } | { problem: Problem }> {
  // TypeScript cannot resolve a path that is a type parameter.
  const send = savepoint.POST as unknown as (path: string, init: object) => Promise<Outcome>;
  const attempt = async () => {
    const body = { sent_at: new Date().toISOString(), items };
    const init = { body, parseAs: "text", ...(signal && { signal }) };
    const { data, error: problem, response } = await send(path, init);
    return { data, problem, response };
  };
  const { data = "", problem, response } = await withRetries(attempt, { repeatable: true, signal });
  const receipt = parseReceipt(data);
  if (receipt) return { receipt };
  // A proxy's own 400 says nothing about the items.
  if (problem && problem.code !== "unknown" && CONTENT_ERRORS.has(problem.status)) return { problem };
  throw new ProblemError(problem ?? asProblem(data, response), response);
}

interface Outcome {
  data?: string;
  error?: Problem;
  response: Response;
}

/** Return the receipt, unless something else, such as a captive portal, has responded. */
function parseReceipt(text: string): Receipt | undefined {
  try {
    const receipt = JSON.parse(text) as Receipt;
    if (typeof receipt.accepted === "number" && Array.isArray(receipt.rejected)) return receipt;
  } catch {
    // Not JSON.
  }
  return undefined;
}

/** Return how many items from `start` on fit into one request. */
export function countFitting(sizes: readonly number[], start: number, limits: Limits): number {
  let bytes = ENVELOPE;
  let count = 0;
  for (; count < limits.items && start + count < sizes.length; count++) {
    bytes += (sizes[start + count] ?? 0) + (count > 0 ? 1 : 0);
    if (bytes > limits.bodyBytes) break;
  }
  return count;
}

/** Return the limits, lowered to those that a 413 states. */
function lowered(limits: Limits, problem: Problem, count: number): Limits {
  const { limit, actual } = problem;
  if (problem.status !== 413 || limit == null) return limits;
  return actual === count ? { ...limits, items: limit } : { ...limits, bodyBytes: limit };
}

function shifted(receipt: Receipt, start: number): Receipt {
  const rejected = receipt.rejected.map((one) => ({ ...one, index: one.index + start }));
  return { ...receipt, rejected };
}

function rejectedItem(index: number, code: Rejection["code"], detail: string): Part {
  const rejection: Rejection = { index, code, detail, retry: "never" };
  return { start: index, count: 1, receipt: { accepted: 0, duplicates: 0, rejected: [rejection] } };
}

function byteLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

const ENVELOPE = byteLength({ sent_at: new Date(0).toISOString(), items: [] });
