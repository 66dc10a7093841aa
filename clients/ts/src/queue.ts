import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { type BatchItem, type BatchPath, sendParts } from "./batches.js";
import type { SavepointClient } from "./client.js";
import { Journal } from "./journal.js";
import { lock } from "./lock.js";
import type { Rejection } from "./models.js";
import { ProblemError, retryAdvice } from "./problems.js";
import { backoff, retryAfter, sleep } from "./retry.js";

export { QueueFullError } from "./journal.js";
export { QueueLockedError } from "./lock.js";

export interface QueueOptions<P extends BatchPath> {
  /** For one player and one path: queued items are sent as the player of `savepoint`. */
  folder: string;
  savepoint: SavepointClient;
  path: P;
  /** The limit of pending items, 16 MiB by default; the folder needs up to about three times that. */
  maxBytes?: number;
  /** Called when `start` could not send; the items remain queued and are retried. */
  onError?: (error: unknown) => void;
}

/** The result of one `send`. */
export interface SendResult {
  accepted: number;
  duplicates: number;
  /** These items were moved to `rejected.jsonl`. */
  rejected: Rejection[];
  /** The number of items that the server rejected for now and that will be sent again. */
  requeued: number;
}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_REJECTED_BYTES = 1024 * 1024;
/** The longest backoff; call `send` when the network is known to be back. */
const MAX_BACKOFF_MS = 5 * 60_000;
/** A longer `Retry-After` may be a mistake, so the server is tried once an hour. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Open the queue in a folder; throws `QueueLockedError` if another process has it open. */
export async function openQueue<P extends BatchPath>(options: QueueOptions<P>): Promise<Queue<P>> {
  const { folder, maxBytes = MAX_BYTES } = options;
  await mkdir(folder, { recursive: true });
  const unlock = await lock(folder);
  try {
    const journal = await Journal.open(join(folder, "journal.jsonl"), maxBytes, (lines) =>
      setAside(folder, lines.map((line) => ({ line, code: "unreadable" }))),
    );
    return new Queue(journal, options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** A queue of items on disk that survive a crash and are sent in order; see `openQueue`. */
export class Queue<P extends BatchPath> {
  readonly #journal: Journal;
  readonly #options: QueueOptions<P>;
  readonly #unlock: () => void;
  #stopping = new AbortController();
  #pause = new AbortController();
  #sending: Promise<SendResult> | undefined;
  #next: Promise<SendResult> | undefined;
  #loop: Promise<void> | undefined;
  #wake = () => {};

  /** @internal */
  constructor(journal: Journal, options: QueueOptions<P>, unlock: () => void) {
    this.#journal = journal;
    this.#options = options;
    this.#unlock = unlock;
  }

  /** The number of pending items. */
  get size(): number {
    return this.#journal.pending.length;
  }

  /** Store items; they are on disk when this resolves. */
  async add(items: readonly BatchItem<P>[]): Promise<void> {
    const lines = items.map((item) => JSON.stringify(item) as string | undefined);
    if (!lines.every((line) => line !== undefined)) throw new TypeError("an item cannot be converted to JSON");
    await this.#journal.append(lines);
    this.#wake();
  }

  /** Send all pending items now; throws if that fails, and keeps what was not sent. */
  send(): Promise<SendResult> {
    // A send in progress does not include items that were added since, so a second one follows it.
    this.#next ??= Promise.allSettled([this.#sending]).then(async () => {
      this.#next = undefined;
      this.#sending = sendPending(this.#journal, this.#options, this.#stopping.signal);
      const result = await this.#sending;
      this.#pause.abort();
      return result;
    });
    return this.#next;
  }

  /** Send items as they are added, until `stop`. */
  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal);
  }

  /** Stop sending; a send in progress is aborted, and its items are sent again later. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#pause.abort();
    this.#wake();
    await Promise.allSettled([this.#loop, this.#sending, this.#next]);
    this.#loop = undefined;
    this.#stopping = new AbortController();
  }

  /** Stop, and unlock the folder. */
  async close(): Promise<void> {
    await this.stop();
    await this.#journal.close();
    this.#unlock();
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const added = new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.size === 0) {
        await added;
        continue;
      }
      const minDelay = await this.#attempt(signal);
      failures = minDelay === undefined ? 0 : failures + 1;
      if (minDelay === undefined || signal.aborted) continue;
      this.#pause = new AbortController();
      const ms = Math.min(minDelay, MAX_RETRY_AFTER_MS) + backoff(failures, MAX_BACKOFF_MS);
      await sleep(ms, this.#pause.signal).catch(() => undefined);
    }
  }

  /** Send once; returns the minimum delay before a retry, or undefined if none is needed. */
  async #attempt(signal: AbortSignal): Promise<number | undefined> {
    try {
      return (await this.send()).requeued > 0 ? 0 : undefined;
    } catch (error) {
      if (!signal.aborted) this.#options.onError?.(error);
      return error instanceof ProblemError ? retryAfter(error.response) : 0;
    }
  }
}

async function sendPending<P extends BatchPath>(
  journal: Journal,
  { folder, savepoint, path }: QueueOptions<P>,
  signal: AbortSignal,
): Promise<SendResult> {
  const entries = journal.pending.slice();
  const items = entries.map(({ json }) => JSON.parse(json) as BatchItem<P>);
  const result: SendResult = { accepted: 0, duplicates: 0, rejected: [], requeued: 0 };
  for await (const { start, count, receipt } of sendParts(savepoint, path, items, signal)) {
    const rejected = receipt.rejected.filter((one) => retryAdvice(one) === "never");
    const requeued = receipt.rejected.filter((one) => retryAdvice(one) !== "never");
    // Write rejected items first: a crash in between then duplicates them instead of losing them.
    await setAside(folder, rejected.map((one) => ({ ...one, item: items[one.index] })));
    await journal.finish(
      entries[start + count - 1]?.number ?? 0,
      requeued.map(({ index }) => entries[index]?.json ?? "null"),
    );
    result.accepted += receipt.accepted;
    result.duplicates += receipt.duplicates;
    result.rejected.push(...rejected);
    result.requeued += requeued.length;
  }
  return result;
}

/** Keep items that will never be sent for inspection, up to 2 MiB. */
async function setAside(folder: string, found: readonly object[]): Promise<void> {
  if (found.length === 0) return;
  const path = join(folder, "rejected.jsonl");
  const at = new Date().toISOString();
  const file = await open(path, "a");
  let size;
  try {
    await file.appendFile(found.map((one) => `${JSON.stringify({ at, ...one })}\n`).join(""));
    await file.sync();
    size = (await file.stat()).size;
  } finally {
    await file.close();
  }
  if (size > MAX_REJECTED_BYTES) await rename(path, join(folder, "rejected.old.jsonl"));
}
