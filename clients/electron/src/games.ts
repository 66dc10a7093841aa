import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A game in the catalog. */
export interface Game {
  game_id: string;
  title: string;
}

/** Games by the lower-case file name of their program. */
export type Games = Readonly<Record<string, Game>>;

/** Linux truncates program names. */
const MAX_NAME = process.platform === "linux" ? 15 : Infinity;

/** Read the list of known games. */
export async function readGames(path: string | URL): Promise<Games> {
  return JSON.parse(await readFile(path, "utf8")) as Games;
}

/** Return the games that are running. */
export async function runningGames(games: Games): Promise<Game[]> {
  const running = new Set(await programs());
  return Object.entries(games).flatMap(([name, game]) =>
    running.has(name.slice(0, MAX_NAME)) ? [game] : [],
  );
}

async function programs(): Promise<string[]> {
  const [command, ...args] =
    process.platform === "win32" ? ["tasklist", "/fo", "csv", "/nh"] : ["ps", "-A", "-o", "comm="];
  const options = { windowsHide: true, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(command, args, options);
  return stdout.split("\n").map(fileName);
}

/** Return the program's name in a line: `"Hades.exe","4711",…` on Windows, else a path or name. */
export function fileName(line: string): string {
  const path = /^"([^"]*)"/.exec(line)?.[1] ?? line.trim();
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}
