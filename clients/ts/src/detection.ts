import { asProblem, ProblemError, readProblem } from "./problems.js";
import { retrying } from "./retry.js";

export type DetectionOs = "win32" | "darwin" | "linux";

/** A list as an app keeps it, in memory or on disk until the next start. */
export interface DetectionList {
  version: number;
  sha256: string;
  etag: string;
  json: string;
}

/** The games that a running program may be, or be the launcher of. */
export interface Detected {
  gameIds: string[];
  isLauncher: boolean;
  confidence: "low" | "medium" | "high";
}

export interface Detector {
  /** Return what the program at a path is, or null: nobody listed it. */
  match(path: string): Detected | null;
  /** Return a game's ids as `store:id`, by which several games of one program are told apart. */
  storeIds(gameId: string): string[];
}

export interface DetectionOptions {
  baseUrl: string;
  os: DetectionOs;
  /** What was loaded last; it costs only what changed since. */
  kept?: DetectionList | undefined;
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

interface Answer {
  version: number;
  url: string;
  sha256: string;
  delta_url?: string;
  delta_sha256?: string;
}

const FORMAT = 1;
const CONFIDENCES = ["low", "medium", "high"] as const;
const BUNDLE = /^(.*\.app)\/contents\/macos\/[^/]+$/s;

/** Return the newest list, by the shortest way from the one that is kept; a `ProblemError` if none. */
export async function loadDetectionList(options: DetectionOptions): Promise<DetectionList> {
  const { baseUrl, os, kept, fetch = globalThis.fetch } = options;
  const get = (url: string, headers = {}) => received(() => fetch(url, { headers }));
  // A disk may have lost the end of it.
  const had = kept && (await digest(encoded(kept.json))) === kept.sha256 ? kept : undefined;
  const url = `${baseUrl}/v1/detection/${os}${had ? `?from=${had.version}` : ""}`;
  const response = await get(url, had && { "If-None-Match": had.etag });
  if (had && response.status === 304) return had;
  const answer = (await response.json()) as Answer;
  const { version, sha256 } = answer;
  const read = (file: string, hash: string) => verified(get(file), hash);
  // A delta is a shorter way: whatever is wrong with it, the whole list is right.
  const near = had && (await fromKept(had, answer, read).catch(() => undefined));
  const json = near ?? (await read(answer.url, sha256));
  return { version, sha256, etag: response.headers.get("ETag") ?? "", json };
}

/** Return what tells programs from each other; Linux and macOS want the list of `win32` too. */
export function createDetector(
  os: DetectionOs,
  lists: readonly Pick<DetectionList, "json">[],
): Detector {
  const parsed = lists.map(({ json }) => readable(JSON.parse(json) as List));
  const programs = new Map(parsed.map((list) => [list.os, byFileName(list.programs)]));
  const stores = new Map(
    parsed.flatMap((list) => list.stores.map(([gameId, ...ids]) => [gameId, ids])),
  );
  return {
    match(path) {
      const whole = normalisePath(path);
      // Wine, Proton and CrossOver run programs of Windows.
      const listed = programs.get(whole.endsWith(".exe") ? "win32" : os);
      const bundle = os === "darwin" ? BUNDLE.exec(whole)?.[1] : undefined;
      const found = longest(listed, whole) ?? (bundle && longest(listed, bundle));
      if (!found) return null;
      const [, confidence, isLauncher, ...gameIds] = found;
      const said = CONFIDENCES[confidence] ?? "low";
      return { gameIds, isLauncher: isLauncher === 1, confidence: said };
    },
    storeIds: (gameId) => stores.get(gameId) ?? [],
  };
}

/** Return a path as the suffixes of the lists are written, and `unlisted_hash` is computed. */
export function normalisePath(path: string): string {
  const text = path.toLowerCase().normalize("NFC").replace(/[\\/]+/g, "/");
  // By hand: ` +$` would look at a long row of spaces again and again.
  let [start, end] = [0, text.length];
  while (text[start] === " " || text[start] === "/") start++;
  while (end > start && text[end - 1] === " ") end--;
  return text.slice(start, end);
}

/** Return the list that a delta leads to, both as their JSON. */
export function applyDelta(json: string, delta: string): string {
  const { os, programs, stores } = readable(JSON.parse(json) as List);
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

/** Most programs are no games, and their file name alone tells it. */
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

function longest(programs: Map<string, Program[]> | undefined, path: string) {
  let found: Program | undefined;
  for (const row of programs?.get(fileName(path)) ?? []) {
    const [suffix] = row;
    const start = path.length - suffix.length;
    const ends = path.endsWith(suffix) && (start === 0 || path[start - 1] === "/");
    if (ends && suffix.length > (found?.[0].length ?? 0)) found = row;
  }
  return found;
}

function readable(list: List): List {
  if (list.format !== FORMAT) throw new Error(`lists of format ${list.format} need a newer client`);
  return list;
}

async function fromKept(
  had: DetectionList,
  answer: Answer,
  read: (url: string, sha256: string) => Promise<string>,
): Promise<string | undefined> {
  if (had.sha256 === answer.sha256) return had.json;
  if (!answer.delta_url || !answer.delta_sha256) return undefined;
  const json = applyDelta(had.json, await read(answer.delta_url, answer.delta_sha256));
  return (await digest(encoded(json))) === answer.sha256 ? json : undefined;
}

async function received(send: () => Promise<Response>): Promise<Response> {
  const attempt = async () => {
    const response = await send();
    return { response, problem: await readProblem(response) };
  };
  const { response, problem } = await retrying(attempt, { repeatable: true });
  if (response.ok || response.status === 304) return response;
  throw new ProblemError(problem ?? asProblem(await response.text(), response), response);
}

async function verified(coming: Promise<Response>, sha256: string): Promise<string> {
  const bytes = new Uint8Array(await (await coming).arrayBuffer());
  if ((await digest(bytes)) !== sha256) throw new Error("the file is not what its answer says");
  return new TextDecoder().decode(bytes);
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
