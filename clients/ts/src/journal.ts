import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** An item on disk. */
export interface Entry {
  readonly number: number;
  readonly json: string;
}

/** Thrown by `add` when the queue is full; none of the items was stored. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

/** Files with less waste than this are not rewritten. */
const MIN_WASTE = 64 * 1024;

/** An append-only file of items, which are finished in order. */
export class Journal {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #pending: Entry[];
  #file: FileHandle;
  #size: number;
  #next: number;
  #bytes: number;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, maxBytes: number, file: FileHandle, found: Content) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#file = file;
    this.#pending = found.pending;
    this.#size = found.size;
    this.#next = found.next;
    this.#bytes = sizeOf(found.pending);
  }

  /** Open or create a journal; damaged lines are passed to `setAside` and removed. */
  static async open(
    path: string,
    maxBytes: number,
    setAside: (lines: readonly string[]) => Promise<void>,
  ): Promise<Journal> {
    const file = await openOrCreate(path);
    const found = await load(file);
    const journal = new Journal(path, maxBytes, file, found);
    if (found.damaged.length > 0) {
      await setAside(found.damaged);
      await journal.#compact();
    }
    return journal;
  }

  /** The unfinished items, oldest first. */
  get pending(): readonly Entry[] {
    return this.#pending;
  }

  /** Append items; they are on disk when this resolves. */
  append(items: readonly string[]): Promise<void> {
    return this.#serialize(async () => {
      const entries = this.#numbered(items);
      if (this.#bytes + sizeOf(entries) > this.#maxBytes) {
        throw new QueueFullError(`${this.#path} is limited to ${this.#maxBytes} pending bytes`);
      }
      await this.#write(entries, []);
    });
  }

  /** Finish all items up to this number, and append some of them again. */
  finish(number: number, requeued: readonly string[]): Promise<void> {
    return this.#serialize(async () => {
      await this.#write(this.#numbered(requeued), [doneLine(number)]).catch((error: unknown) => {
        // If the disk is full, the next call records this too; a crash before it sends the items again.
        if (requeued.length > 0) throw error;
      });
      const kept = this.#pending.findIndex((entry) => entry.number > number);
      const finished = this.#pending.splice(0, kept < 0 ? this.#pending.length : kept);
      this.#bytes -= sizeOf(finished);
      if (this.#size - this.#bytes > Math.max(MIN_WASTE, this.#bytes)) {
        // A full disk or a virus scanner may prevent this; the next call tries again.
        await this.#compact().catch(() => undefined);
      }
    });
  }

  /** Close the file after pending writes. */
  close(): Promise<void> {
    return this.#serialize(() => this.#file.close());
  }

  #serialize(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #numbered(items: readonly string[]): Entry[] {
    return items.map((json, index) => ({ number: this.#next + index, json }));
  }

  /** Write items before the `done` line: a torn write then repeats items instead of losing them. */
  async #write(entries: readonly Entry[], done: readonly Buffer[]): Promise<void> {
    const text = Buffer.concat([...entries.map(lineOf), ...done]);
    try {
      const { bytesWritten } = await this.#file.write(text, 0, text.length, this.#size);
      if (bytesWritten < text.length) throw new Error(`incomplete write to ${this.#path}`);
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    this.#size += text.length;
    this.#next += entries.length;
    this.#bytes += sizeOf(entries);
    for (const entry of entries) this.#pending.push(entry);
  }

  async #compact(): Promise<void> {
    const temporary = `${this.#path}.new`;
    await writeNew(temporary, this.#pending);
    // Windows cannot replace an open file.
    await this.#file.close();
    await rename(temporary, this.#path).finally(async () => {
      this.#file = await openOrCreate(this.#path);
    });
    await syncFolder(this.#path);
    this.#size = (await this.#file.stat()).size;
  }
}

interface Content {
  pending: Entry[];
  damaged: string[];
  next: number;
  size: number;
}

function lineOf({ number, json }: Entry): Buffer {
  return Buffer.from(`{"number":${number},"item":${json}}\n`);
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + lineOf(entry).length, 0);
}

function doneLine(number: number): Buffer {
  return Buffer.from(`{"done":${number}}\n`);
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const created = await open(path, "w+");
  await syncFolder(path);
  return created;
}

/** Read a journal; a last line that a crash tore will be overwritten. */
async function load(file: FileHandle): Promise<Content> {
  const content = await file.readFile();
  const size = content.lastIndexOf("\n") + 1;
  const entries: Entry[] = [];
  const damaged: string[] = [];
  let [next, done] = [1, 0];
  for (const line of content.toString("utf8", 0, size).split("\n").slice(0, -1)) {
    const read = readLine(line);
    if (!read) damaged.push(line);
    else if ("done" in read) done = Math.max(done, read.done);
    else entries.push({ number: read.number, json: JSON.stringify(read.item) });
    next = Math.max(next, done + 1, (entries.at(-1)?.number ?? 0) + 1);
  }
  // If the disk damaged a number, sort it so that smaller ones are still finished.
  const pending = entries.filter(({ number }) => number > done);
  pending.sort((one, other) => one.number - other.number);
  return { pending, damaged, next, size };
}

function readLine(line: string): { number: number; item: unknown } | { done: number } | undefined {
  try {
    const read = JSON.parse(line) as { number?: unknown; done?: unknown; item?: unknown };
    if (typeof read.done === "number") return { done: read.done };
    if (typeof read.number === "number" && "item" in read) {
      return { number: read.number, item: read.item };
    }
  } catch {
    // Damaged.
  }
  return undefined;
}

async function writeNew(path: string, entries: readonly Entry[]): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(Buffer.concat(entries.map(lineOf)));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Sync the folder so that a new file name survives a crash; Windows neither needs nor allows this. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}
