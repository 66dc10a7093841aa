import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

/** A request that the server received. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A response of the test server. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Run an HTTP server for one test file; a null response breaks the connection. */
export async function serve(answer: (seen: Seen) => Answer | null) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
    seen.push(one);
    const given = answer(one);
    if (given === null) return void request.socket.destroy();
    const problem = (given.status ?? 200) >= 400 && typeof given.body === "object";
    const type = problem ? "application/problem+json" : "application/json";
    response.writeHead(given.status ?? 200, { "Content-Type": type, ...given.headers });
    const body = typeof given.body === "string" ? given.body : JSON.stringify(given.body);
    // A Content-Length that is too large simulates a broken connection.
    const isCut = Number(given.headers?.["Content-Length"]) > 0;
    response.end(body, () => isCut && request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => stop(server));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen, stop: () => stop(server) };
}

function stop(server: Server): void {
  server.close();
  server.closeAllConnections();
}

/** A problem response. */
export function problem(status: number, code: string, retry: string, more: Answer = {}): Answer {
  const body = { type: `/problems/${code}`, title: code, status, detail: code, code, retry };
  return { status, headers: more.headers ?? {}, body: { ...body, ...(more.body as object) } };
}

/** A token that expires at a time in ms; its signature is not valid. */
export function token(name: string, issued: number, ends: number): string {
  const claims = { sub: name, iat: issued / 1000, exp: ends / 1000 };
  return ["{}", JSON.stringify(claims), name]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
}

/** A report of about 300 bytes; a long session id makes it larger. */
export function report(event_id: string, session_id = "s") {
  return {
    event_id,
    session_id,
    game_id: "7",
    kind: "heartbeat" as const,
    at: "2026-01-01T12:00:00Z",
    install_id: "i",
    boot_id: "b",
    uptime_ms: 1,
  };
}
