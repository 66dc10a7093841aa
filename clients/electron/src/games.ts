import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A game of the catalog. */
export interface Game {
  game_id: string;
  title: string;
}

/** Games by the file name of their program, in lower case. */
export type Games = Readonly<Record<string, Game>>;

/** Linux keeps that much of a program's name. */
const KEPT = process.platform === "linux" ? 15 : Infinity;

/** Read the games to watch for. */
export async function readGames(path: string | URL): Promise<Games> {
  return JSON.parse(await readFile(path, "utf8")) as Games;
}

/** Return the games among the programs that run now. */
export async function runningGames(games: Games): Promise<Game[]> {
  const running = new Set(await programs());
  return Object.entries(games).flatMap(([name, game]) =>
    running.has(name.slice(0, KEPT)) ? [game] : [],
  );
}

async function programs(): Promise<string[]> {
  const [command, ...words] =
    process.platform === "win32" ? ["tasklist", "/fo", "csv", "/nh"] : ["ps", "-A", "-o", "comm="];
  const options = { windowsHide: true, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(command, words, options);
  return stdout.split("\n").map(fileName);
}

/** Return the name in a line: `"Hades.exe","4711",…` on Windows, a path or a name elsewhere. */
export function fileName(line: string): string {
  const path = /^"([^"]*)"/.exec(line)?.[1] ?? line.trim();
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}
