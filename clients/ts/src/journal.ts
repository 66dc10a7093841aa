import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** An item on disk: its number, and its JSON. */
export interface Entry {
  readonly number: number;
  readonly json: string;
}

/** Thrown by `add` when the items do not fit any more; none of them was stored. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

/** Rewriting a file that is smaller than this saves nothing. */
const SMALL = 64 * 1024;

/** A file of items in order, of which the first are finished one after another. */
export class Journal {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #pending: Entry[];
  #file: FileHandle;
  #size: number;
  #next: number;
  #bytes: number;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, maxBytes: number, file: FileHandle, found: Found) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#file = file;
    this.#pending = found.pending;
    this.#size = found.size;
    this.#next = found.next;
    this.#bytes = sizeOf(found.pending);
  }

  /** Open a journal, or begin one; lines that the disk gave back broken are handed over and go. */
  static async open(
    path: string,
    maxBytes: number,
    setAside: (lines: readonly string[]) => Promise<void>,
  ): Promise<Journal> {
    const file = await opened(path);
    const found = await load(file);
    const journal = new Journal(path, maxBytes, file, found);
    if (found.damaged.length > 0) {
      await setAside(found.damaged);
      await journal.#compact();
    }
    return journal;
  }

  /** What is not finished, the oldest first. */
  get pending(): readonly Entry[] {
    return this.#pending;
  }

  /** Write items behind the others; they are on disk when this resolves. */
  append(items: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const entries = this.#numbered(items);
      if (this.#bytes + sizeOf(entries) > this.#maxBytes) {
        throw new QueueFullError(`${this.#path} may hold ${this.#maxBytes} bytes that wait`);
      }
      await this.#write(entries, []);
    });
  }

  /** Finish all items up to this number, and write some behind the others again. */
  finish(number: number, again: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#write(this.#numbered(again), [doneLine(number)]).catch((error: unknown) => {
        // On a full disk the next note says it too; until then a crash sends these items again.
        if (again.length > 0) throw error;
      });
      const kept = this.#pending.findIndex((entry) => entry.number > number);
      const gone = this.#pending.splice(0, kept < 0 ? this.#pending.length : kept);
      this.#bytes -= sizeOf(gone);
      if (this.#size - this.#bytes > Math.max(SMALL, this.#bytes)) {
        // What hinders it, a full disk or a virus scanner, may be gone the next time.
        await this.#compact().catch(() => undefined);
      }
    });
  }

  /** Close the file after what is being written. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#file.close());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #numbered(items: readonly string[]): Entry[] {
    return items.map((json, index) => ({ number: this.#next + index, json }));
  }

  /** Items come before what is finished: a torn write repeats items, it loses none. */
  async #write(entries: readonly Entry[], done: readonly Buffer[]): Promise<void> {
    const text = Buffer.concat([...entries.map(lineOf), ...done]);
    try {
      const { bytesWritten } = await this.#file.write(text, 0, text.length, this.#size);
      if (bytesWritten < text.length) throw new Error(`the disk took a part of ${this.#path}`);
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
    const beside = `${this.#path}.new`;
    await writeNew(beside, this.#pending);
    // Windows does not replace a file that is open.
    await this.#file.close();
    await rename(beside, this.#path).finally(async () => {
      this.#file = await opened(this.#path);
    });
    await syncFolder(this.#path);
    this.#size = (await this.#file.stat()).size;
  }
}

interface Found {
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

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const created = await open(path, "w+");
  await syncFolder(path);
  return created;
}

/** Read a journal; a last line that a crash tore is written over by the next one. */
async function load(file: FileHandle): Promise<Found> {
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
  // A number that the disk changed must not stand before smaller ones, which would never be done.
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
    // What the disk made of it is shown as it is.
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

/** A new name is on disk only with its folder; Windows does that by itself and refuses to be asked. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}
