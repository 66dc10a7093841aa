import { asProblem, ProblemError, readProblem } from "./problems.js";
import { withRetries } from "./retry.js";

export type DetectionOs = "win32" | "darwin" | "linux";

/** A downloaded list, which an app keeps in memory or on disk. */
export interface DetectionList {
  version: number;
  sha256: string;
  etag: string;
  json: string;
}

/** The games that a running program may belong to. */
export interface DetectionMatch {
  gameIds: string[];
  isLauncher: boolean;
  confidence: "low" | "medium" | "high";
}

export interface Detector {
  /** Return the games of the program at a path, or null if it is not listed. */
  match(path: string): DetectionMatch | null;
  /** Return a game's ids as `store:id`, to distinguish games that share a program. */
  storeIds(gameId: string): string[];
}

export interface DetectionOptions {
  baseUrl: string;
  os: DetectionOs;
  /** The list that was loaded last, so that only the changes are downloaded. */
  previous?: DetectionList | undefined;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

type Row = [key: string, ...rest: (string | number)[]];
type Program = [suffix: string, confidence: number, isLauncher: number, ...gameIds: string[]];
type Store = [gameId: string, ...ids: string[]];

interface List {
  format: number;
  os: DetectionOs;
  programs: Program[];
  stores: Store[];
}

interface Changes<R> {
  removed: string[];
  changed: R[];
}

interface ListInfo {
  version: number;
  url: string;
  sha256: string;
  delta_url?: string;
  delta_sha256?: string;
}

const FORMAT = 1;
const CONFIDENCES = ["low", "medium", "high"] as const;
const BUNDLE = /^(.*\.app)\/contents\/macos\/[^/]+$/s;

/** Load the newest list, as a delta to the previous one if possible. Throws `ProblemError`. */
export async function loadDetectionList(options: DetectionOptions): Promise<DetectionList> {
  const { baseUrl, os, previous, fetch = globalThis.fetch } = options;
  const get = (url: string, headers = {}) => fetchChecked(() => fetch(url, { headers }));
  // The list may have been damaged on disk.
  const isIntact = previous && (await digest(encoded(previous.json))) === previous.sha256;
  const base = isIntact ? previous : undefined;
  const url = `${baseUrl}/v1/detection/${os}${base ? `?from=${base.version}` : ""}`;
  const response = await get(url, base && { "If-None-Match": base.etag });
  if (base && response.status === 304) return base;
  const info = (await response.json()) as ListInfo;
  const { version, sha256 } = info;
  const read = (file: string, hash: string) => verified(get(file), hash);
  // If anything is wrong with the delta, load the full list.
  const updated = base && (await fromDelta(base, info, read).catch(() => undefined));
  const json = updated ?? (await read(info.url, sha256));
  return { version, sha256, etag: response.headers.get("ETag") ?? "", json };
}

/** Create a detector; on Linux and macOS, pass the `win32` list too. */
export function createDetector(
  os: DetectionOs,
  lists: readonly Pick<DetectionList, "json">[],
): Detector {
  const parsed = lists.map(({ json }) => checkFormat(JSON.parse(json) as List));
  const programs = new Map(parsed.map((list) => [list.os, byFileName(list.programs)]));
  const stores = new Map(
    parsed.flatMap((list) => list.stores.map(([gameId, ...ids]) => [gameId, ids])),
  );
  return {
    match(path) {
      const normalised = normalisePath(path);
      // Wine, Proton and CrossOver run Windows programs.
      const listed = programs.get(normalised.endsWith(".exe") ? "win32" : os);
      const bundle = os === "darwin" ? BUNDLE.exec(normalised)?.[1] : undefined;
      const found = longestMatch(listed, normalised) ?? (bundle && longestMatch(listed, bundle));
      if (!found) return null;
      const [, confidence, isLauncher, ...gameIds] = found;
      return { gameIds, isLauncher: isLauncher === 1, confidence: CONFIDENCES[confidence] ?? "low" };
    },
    storeIds: (gameId) => stores.get(gameId) ?? [],
  };
}

/** Return a path in the normal form of the listed suffixes and of `unlisted_hash`. */
export function normalisePath(path: string): string {
  const text = path.toLowerCase().normalize("NFC").replace(/[\\/]+/g, "/");
  // Not with ` +$`, which takes quadratic time on a long run of spaces.
  let [start, end] = [0, text.length];
  while (text[start] === " " || text[start] === "/") start++;
  while (end > start && text[end - 1] === " ") end--;
  return text.slice(start, end);
}

/** Return the list that results from a delta; all are JSON. */
export function applyDelta(json: string, delta: string): string {
  const { os, programs, stores } = checkFormat(JSON.parse(json) as List);
  const changes = JSON.parse(delta) as { programs: Changes<Program>; stores: Changes<Store> };
  return JSON.stringify({
    format: FORMAT,
    os,
    programs: changed(programs, changes.programs),
    stores: changed(stores, changes.stores),
  });
}

function changed<R extends Row>(rows: R[], { removed, changed }: Changes<R>): R[] {
  const byKey = new Map(rows.map((row) => [row[0], row]));
  for (const key of removed) byKey.delete(key);
  for (const row of changed) byKey.set(row[0], row);
  return [...byKey.values()].sort((one, other) => (one[0] < other[0] ? -1 : 1));
}

/** Index programs by file name, which rules out most programs that are not games. */
function byFileName(programs: Program[]): Map<string, Program[]> {
  const named = new Map<string, Program[]>();
  for (const row of programs) {
    const name = fileName(row[0]);
    const same = named.get(name);
    if (same) same.push(row);
    else named.set(name, [row]);
  }
  return named;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function longestMatch(programs: Map<string, Program[]> | undefined, path: string) {
  let found: Program | undefined;
  for (const row of programs?.get(fileName(path)) ?? []) {
    const [suffix] = row;
    const start = path.length - suffix.length;
    const ends = path.endsWith(suffix) && (start === 0 || path[start - 1] === "/");
    if (ends && suffix.length > (found?.[0].length ?? 0)) found = row;
  }
  return found;
}

function checkFormat(list: List): List {
  if (list.format !== FORMAT) throw new Error(`list format ${list.format} requires a newer client`);
  return list;
}

async function fromDelta(
  base: DetectionList,
  info: ListInfo,
  read: (url: string, sha256: string) => Promise<string>,
): Promise<string | undefined> {
  if (base.sha256 === info.sha256) return base.json;
  if (!info.delta_url || !info.delta_sha256) return undefined;
  const json = applyDelta(base.json, await read(info.delta_url, info.delta_sha256));
  return (await digest(encoded(json))) === info.sha256 ? json : undefined;
}

async function fetchChecked(send: () => Promise<Response>): Promise<Response> {
  const attempt = async () => {
    const response = await send();
    return { response, problem: await readProblem(response) };
  };
  const { response, problem } = await withRetries(attempt, { repeatable: true });
  if (response.ok || response.status === 304) return response;
  throw new ProblemError(problem ?? asProblem(await response.text(), response), response);
}

async function verified(pending: Promise<Response>, sha256: string): Promise<string> {
  const bytes = new Uint8Array(await (await pending).arrayBuffer());
  if ((await digest(bytes)) !== sha256) throw new Error("the checksum of the file does not match");
  return new TextDecoder().decode(bytes);
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
