import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { type BatchItem, type BatchPath, type Rejection, sendParts } from "./batches.js";
import type { Savepoint } from "./client.js";
import { Journal } from "./journal.js";
import { lock } from "./lock.js";
import { ProblemError, retryOf } from "./problems.js";
import { backoff, retryAfter, sleep } from "./retry.js";

export { QueueFullError } from "./journal.js";
export { QueueLockedError } from "./lock.js";

/** Where a queue lies, and where its items go. */
export interface QueueOptions<P extends BatchPath> {
  /** Of one player and one path: what is queued is sent as whoever `savepoint` signs in. */
  folder: string;
  savepoint: Savepoint;
  path: P;
  /** How much may wait, 16 MiB by default; the folder takes at most about three times that. */
  maxBytes?: number;
  /** Is told why `start` could not send; the items stay, and it tries again. */
  onError?: (error: unknown) => void;
}

/** What became of the items that one `send` took up. */
export interface Sent {
  accepted: number;
  duplicates: number;
  /** They are in `rejected.jsonl` now. */
  rejected: Rejection[];
  /** Sent again the next time, because the server said that this may help. */
  again: number;
}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_REJECTED_BYTES = 1024 * 1024;
/** Without a network there is no hurry; whoever knows that it is back calls `send`. */
const MOST_MS = 5 * 60_000;
/** A server that asks for more than this is asked once an hour: it may have been a mistake. */
const PATIENCE_MS = 3_600_000;

/** Open the queue in a folder; `QueueLockedError` when another process has it open. */
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

/** Items on disk that survive a crash and are sent in order; `openQueue` makes one. */
export class Queue<P extends BatchPath> {
  readonly #journal: Journal;
  readonly #options: QueueOptions<P>;
  readonly #unlock: () => void;
  #stopping = new AbortController();
  #pause = new AbortController();
  #sending: Promise<Sent> | undefined;
  #next: Promise<Sent> | undefined;
  #loop: Promise<void> | undefined;
  #wake = () => {};

  /** @internal */
  constructor(journal: Journal, options: QueueOptions<P>, unlock: () => void) {
    this.#journal = journal;
    this.#options = options;
    this.#unlock = unlock;
  }

  /** How many items wait. */
  get size(): number {
    return this.#journal.pending.length;
  }

  /** Store items; they are on disk when this resolves. */
  async add(items: readonly BatchItem<P>[]): Promise<void> {
    const lines = items.map((item) => JSON.stringify(item) as string | undefined);
    if (!lines.every((line) => line !== undefined)) throw new TypeError("JSON cannot hold an item");
    await this.#journal.append(lines);
    this.#wake();
  }

  /** Send all that waits now; throws what hindered it, and what was not sent stays. */
  send(): Promise<Sent> {
    // What is being sent was taken up before: what was added since then goes after it.
    this.#next ??= Promise.allSettled([this.#sending]).then(async () => {
      this.#next = undefined;
      this.#sending = sendPending(this.#journal, this.#options, this.#stopping.signal);
      const sent = await this.#sending;
      this.#pause.abort();
      return sent;
    });
    return this.#next;
  }

  /** Send whatever is added, as soon as it can be sent, until `stop`. */
  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal);
  }

  /** Stop sending; what is under way is given up and sent again the next time. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#pause.abort();
    this.#wake();
    await Promise.allSettled([this.#loop, this.#sending, this.#next]);
    this.#loop = undefined;
    this.#stopping = new AbortController();
  }

  /** Stop, and let another process open the folder. */
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
      const floor = await this.#attempt(signal);
      failures = floor === undefined ? 0 : failures + 1;
      if (floor === undefined || signal.aborted) continue;
      this.#pause = new AbortController();
      const ms = Math.min(floor, PATIENCE_MS) + backoff(failures, MOST_MS);
      await sleep(ms, this.#pause.signal).catch(() => undefined);
    }
  }

  /** Send once, and return the least time to wait when something has to be sent again. */
  async #attempt(signal: AbortSignal): Promise<number | undefined> {
    try {
      return (await this.send()).again > 0 ? 0 : undefined;
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
): Promise<Sent> {
  const entries = journal.pending.slice();
  const items = entries.map(({ json }) => JSON.parse(json) as BatchItem<P>);
  const sent: Sent = { accepted: 0, duplicates: 0, rejected: [], again: 0 };
  for await (const { start, count, receipt } of sendParts(savepoint, path, items, signal)) {
    const lost = receipt.rejected.filter((one) => retryOf(one) === "never");
    const again = receipt.rejected.filter((one) => retryOf(one) !== "never");
    // Rejected items are written first: a crash in between writes them twice, it loses none.
    await setAside(folder, lost.map((one) => ({ ...one, item: items[one.index] })));
    await journal.finish(
      entries[start + count - 1]?.number ?? 0,
      again.map(({ index }) => entries[index]?.json ?? "null"),
    );
    sent.accepted += receipt.accepted;
    sent.duplicates += receipt.duplicates;
    sent.rejected.push(...lost);
    sent.again += again.length;
  }
  return sent;
}

/** Keep what will never be sent, for a person to look at; of more than 2 MiB the oldest goes. */
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
