import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir, realpath, rename } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "./retry.js";

/** Thrown when another queue, of this process or another one, has the folder open. */
export class QueueLockedError extends Error {
  override readonly name = "QueueLockedError";
}

/** Those who come at the same moment all give way, and come again one by one. */
const TRIES = 5;
const FIRST_MS = 20;

/** Hold a folder until the returned function is called, or the process ends in whatever way. */
export async function lock(folder: string, platform = process.platform): Promise<() => void> {
  const digest = createHash("sha256").update(await realpath(folder)).digest("hex").slice(0, 16);
  const unlock = await held(`savepoint-${digest}`, platform);
  if (!unlock) throw new QueueLockedError(`another process has ${folder} open`);
  return unlock;
}

function held(name: string, platform: NodeJS.Platform): Promise<(() => void) | undefined> {
  if (platform === "win32") return heldByName(`\\\\.\\pipe\\${name}`);
  if (platform === "linux") return heldByName(`\0${name}`);
  return heldByFile(name);
}

/** Listen at a name that one process at a time has, and that the system frees as it dies. */
async function heldByName(name: string): Promise<(() => void) | undefined> {
  const server = await listening(name);
  return server && (() => server.close());
}

/**
 * Elsewhere a socket is a file, which stays when its process is killed and which nobody can
 * replace safely. So each has one of its own, and gives way to any other one that answers.
 */
async function heldByFile(name: string): Promise<(() => void) | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    await sleep(Math.random() * FIRST_MS * (2 ** tries - 1));
    const unlock = await alone(name);
    if (unlock) return unlock;
  }
  return undefined;
}

async function alone(name: string): Promise<(() => void) | undefined> {
  const own = `${name}-${randomBytes(4).toString("hex")}`;
  const socket = join(tmpdir(), own);
  // It is seen only once it answers: one that does not is taken for dead.
  const server = await listening(`${socket}.new`);
  const leave = () => {
    server?.close();
    rmSync(socket, { force: true });
  };
  await rename(`${socket}.new`, socket);
  for (const other of await readdir(tmpdir())) {
    if (other === own || !other.startsWith(name) || other.endsWith(".new")) continue;
    if (await isAnswered(join(tmpdir(), other))) {
      leave();
      return undefined;
    }
    rmSync(join(tmpdir(), other), { force: true });
  }
  return leave;
}

function listening(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    // The lock alone must not keep the process alive.
    server.unref();
    server.once("listening", () => resolve(server));
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(name);
  });
}

function isAnswered(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.once("connect", () => socket.destroy());
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT");
    });
    socket.once("close", () => resolve(true));
  });
}
