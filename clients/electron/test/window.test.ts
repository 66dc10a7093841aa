import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { isOverlay, PAGE, serve, WINDOW } from "../src/window.js";

const MAIN = new URL("../../src/main.ts", import.meta.url);
const PRELOAD = new URL("../src/preload.cjs", import.meta.url);

test("the window's page is isolated, and never takes the focus", async () => {
  const { preload, ...web } = WINDOW.webPreferences;
  assert.deepEqual(web, {
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
  });
  assert.equal(preload, PRELOAD.pathname);
  const { transparent, frame, alwaysOnTop, focusable, show } = WINDOW;
  assert.deepEqual([transparent, alwaysOnTop], [true, true]);
  assert.deepEqual([frame, focusable, show], [false, false, false]);
  const windows = (await readFile(MAIN, "utf8")).match(/new BrowserWindow\(.*/g);
  assert.deepEqual(windows, ["new BrowserWindow(WINDOW);"]);
});

test("only messages from the overlay's own page count", () => {
  assert.ok(isOverlay({ url: PAGE, parent: null }));
  assert.ok(!isOverlay(null));
  assert.ok(!isOverlay({ url: PAGE, parent: {} }));
  for (const url of ["https://example.com/", `${PAGE}.example.com`, "overlay://other/index.html"]) {
    assert.ok(!isOverlay({ url, parent: null }), url);
  }
});

test("three files are served, and no others", async () => {
  const page = await serve(PAGE);
  assert.equal(page.headers.get("Content-Type"), "text/html");
  assert.match(await page.text(), /default-src 'none'/);
  for (const name of ["overlay.css", "overlay.js"]) {
    assert.equal((await serve(`overlay://page/${name}`)).status, 200);
  }
  for (const path of ["", "main.js", "../main.js", "%2e%2e/main.js", "..%2fmain.js"]) {
    assert.equal((await serve(`overlay://page/${path}`)).status, 404, path);
  }
});

type Listener = (...all: unknown[]) => void;

/** Run the bundled preload script as in the sandbox, where it can only require `electron`. */
async function preloaded() {
  const wanted: string[] = [];
  const exposed: Record<string, Record<string, (listener: Listener) => unknown>> = {};
  const handlers: Record<string, Listener> = {};
  const sent: unknown[][] = [];
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, api: never) => (exposed[name] = api) },
    ipcRenderer: {
      on: (channel: string, handler: () => void) => (handlers[channel] = handler),
      send: (...all: unknown[]) => sent.push(all),
    },
  };
  const require = (name: string) => (wanted.push(name), electron);
  runInNewContext(await readFile(PRELOAD, "utf8"), { require });
  return { wanted, exposed, handlers, sent };
}

test("the preload script exposes two functions and nothing of Electron's", async () => {
  const { wanted, exposed, handlers, sent } = await preloaded();
  assert.deepEqual(wanted, ["electron"]);
  assert.deepEqual(Object.keys(exposed), ["savepoint"]);
  assert.deepEqual(Object.keys(exposed["savepoint"] ?? {}), ["onState", "onStats"]);
  const channels = { onState: "savepoint:state", onStats: "savepoint:stats" };
  for (const [name, channel] of Object.entries(channels)) {
    const received: unknown[][] = [];
    const given = exposed["savepoint"]?.[name]?.((...all) => received.push(all));
    assert.equal(given, undefined);
    assert.deepEqual(sent.at(-1), ["savepoint:subscribe", channel]);
    handlers[channel]?.({ sender: "access to every channel" }, "value");
    assert.deepEqual(received, [["value"]]);
  }
});

test("the preload script imports Electron's bridge and our own", async () => {
  const source = await readFile(new URL("../../src/preload.ts", import.meta.url), "utf8");
  assert.deepEqual(source.match(/^import .*/gm), [
    'import { contextBridge, ipcRenderer } from "electron";',
    'import { CHANNELS, type SavepointBridge } from "./bridge.js";',
  ]);
});
