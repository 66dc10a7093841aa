import { createHash } from "node:crypto";
import { realpath, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Thrown when another queue, of this process or another one, has the folder open. */
export class QueueLockedError extends Error {
  override readonly name = "QueueLockedError";
}

/** Hold a folder until the returned function is called, or the process ends in whatever way. */
export async function lock(folder: string, platform = process.platform): Promise<() => void> {
  const name = lockName(await realpath(folder), platform);
  const server = (await listening(name)) ?? (await takenOver(name, platform));
  if (!server) throw new QueueLockedError(`another process has ${folder} open`);
  // The lock alone must not keep the process alive.
  server.unref();
  return () => server.close();
}

/** Return a name that one process at a time can listen at, which the system frees as it dies. */
function lockName(folder: string, platform: NodeJS.Platform): string {
  const name = `savepoint-${createHash("sha256").update(folder).digest("hex").slice(0, 32)}`;
  if (platform === "win32") return `\\\\.\\pipe\\${name}`;
  return platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
}

function listening(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("listening", () => resolve(server));
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(name);
  });
}

/** Elsewhere than on Windows and Linux a socket is a file, which stays when its process is killed. */
async function takenOver(name: string, platform: NodeJS.Platform): Promise<Server | undefined> {
  if (platform === "win32" || platform === "linux" || (await isAnswered(name))) return undefined;
  await unlink(name).catch(() => undefined);
  return listening(name);
}

function isAnswered(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}
