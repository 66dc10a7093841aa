import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { BrowserWindowConstructorOptions } from "electron";

/** The overlay's own origin, because a page from `file:` could read other files. */
export const SCHEME = "overlay";
export const PAGE = `${SCHEME}://page/index.html`;

/** An overlay that never takes the focus, and whose page is isolated from Node and Electron. */
export const WINDOW = {
  width: 320,
  height: 150,
  x: 24,
  y: 24,
  show: false,
  transparent: true,
  frame: false,
  hasShadow: false,
  resizable: false,
  alwaysOnTop: true,
  skipTaskbar: true,
  focusable: false,
  webPreferences: {
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
    preload: fileURLToPath(new URL("preload.cjs", import.meta.url)),
  },
} as const satisfies BrowserWindowConstructorOptions;

const FILES = new Map([
  ["/index.html", "text/html"],
  ["/overlay.css", "text/css"],
  ["/overlay.js", "text/javascript"],
]);

/** Serve the page's three files, and nothing else. */
export async function serve(url: string): Promise<Response> {
  const { pathname } = new URL(url);
  const type = FILES.get(pathname);
  if (!type) return new Response(null, { status: 404 });
  const body = await readFile(new URL(`overlay${pathname}`, import.meta.url));
  return new Response(body, { headers: { "Content-Type": type } });
}

/** Tell whether a message is from the overlay's page itself, not from a frame in it. */
export function isOverlay(frame: { url: string; parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && frame.url === PAGE;
}
