import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir, realpath, rename } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "./retry.js";

/** Thrown when another queue, in this or another process, has the folder open. */
export class QueueLockedError extends Error {
  override readonly name = "QueueLockedError";
}

/** Processes that collide all back off, and retry after a random delay. */
const TRIES = 5;
const BASE_MS = 20;

/** Lock a folder until the returned function is called or the process ends, even by a crash. */
export async function lock(folder: string, platform = process.platform): Promise<() => void> {
  const digest = createHash("sha256").update(await realpath(folder)).digest("hex").slice(0, 16);
  const unlock = await acquire(`savepoint-${digest}`, platform);
  if (!unlock) throw new QueueLockedError(`another process has ${folder} open`);
  return unlock;
}

function acquire(name: string, platform: NodeJS.Platform): Promise<(() => void) | undefined> {
  if (platform === "win32") return acquireName(`\\\\.\\pipe\\${name}`);
  if (platform === "linux") return acquireName(`\0${name}`);
  return acquireSocketFile(name);
}

/** Listen on a name that only one process can own and that the system frees when it dies. */
async function acquireName(name: string): Promise<(() => void) | undefined> {
  const server = await listen(name);
  return server && (() => server.close());
}

/**
 * On other systems a socket is a file, which remains when its process is killed and cannot be
 * replaced atomically. So each process creates its own, and gives up if another one accepts.
 */
async function acquireSocketFile(name: string): Promise<(() => void) | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    await sleep(Math.random() * BASE_MS * (2 ** tries - 1));
    const unlock = await tryAcquire(name);
    if (unlock) return unlock;
  }
  return undefined;
}

async function tryAcquire(name: string): Promise<(() => void) | undefined> {
  const own = `${name}-${randomBytes(4).toString("hex")}`;
  const socket = join(tmpdir(), own);
  // Visible only once it accepts connections: a socket that does not is considered dead.
  const server = await listen(`${socket}.new`);
  const release = () => {
    server?.close();
    rmSync(socket, { force: true });
  };
  await rename(`${socket}.new`, socket);
  for (const other of await readdir(tmpdir())) {
    if (other === own || !other.startsWith(name) || other.endsWith(".new")) continue;
    if (await isAlive(join(tmpdir(), other))) {
      release();
      return undefined;
    }
    rmSync(join(tmpdir(), other), { force: true });
  }
  return release;
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    // The lock must not keep the process running.
    server.unref();
    server.once("listening", () => resolve(server));
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(name);
  });
}

function isAlive(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.once("connect", () => socket.destroy());
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT");
    });
    socket.once("close", () => resolve(true));
  });
}
