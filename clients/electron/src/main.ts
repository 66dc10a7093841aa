import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { localTimestamp } from "@savepoint/client";
import { app, BrowserWindow, ipcMain, protocol, session, type WebContents } from "electron";
import { signInLocally } from "./account.js";
import { CHANNELS, type State, type Stats } from "./bridge.js";
import { type CompanionListener, openCompanion } from "./companion.js";
import { readGames, runningGames } from "./games.js";
import { isOverlay, PAGE, SCHEME, serve, WINDOW } from "./window.js";

const POLL_MS = 5000;
const GAMES = new URL("../../games.json", import.meta.url);
const {
  SAVEPOINT_URL: baseUrl = "http://127.0.0.1:8080",
  FIRESTORE_EMULATOR_HOST: firestore = "127.0.0.1:8082",
  PLAYER: uid = "ada",
} = process.env;

protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true } },
]);
// Two processes would report everything twice, and only one can open the queue on disk.
if (app.requestSingleInstanceLock()) void app.whenReady().then(run);
else app.quit();

async function run(): Promise<void> {
  protocol.handle(SCHEME, ({ url }) => serve(url));
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, grant) => grant(false));
  defaultSession.setPermissionCheckHandler(() => false);
  app.on("web-contents-created", (_event, contents) => confine(contents));
  const listener = await openOverlay();
  const folder = app.getPath("userData");
  const companion = await openCompanion({
    account: signInLocally({ baseUrl, firestore }, uid, app.getVersion()),
    folder,
    // The app never runs longer than the machine, so each run may count as a boot.
    machine: { install_id: await installId(folder), boot_id: randomUUID() },
    listener,
  });
  app.once("before-quit", (event) => {
    event.preventDefault();
    void companion.close().finally(() => app.exit());
  });
  const games = await readGames(GAMES);
  for (;;) {
    try {
      const now = { at: localTimestamp(), uptime_ms: Math.round(uptime() * 1000) };
      await companion.update(await runningGames(games), now);
    } catch (error) {
      console.error("Update failed:", error);
    }
    await sleep(POLL_MS);
  }
}

/** Keep the overlay on its page, and open no other window. */
function confine(contents: WebContents): void {
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** Open the overlay, which is hidden while no game is running. */
async function openOverlay(): Promise<CompanionListener> {
  const window = new BrowserWindow(WINDOW);
  window.setAlwaysOnTop(true, "screen-saver");
  window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true });
  // Clicks go to the game.
  window.setIgnoreMouseEvents(true);
  const last: Record<string, State | Stats | null> = {};
  const send = (channel: string, value: State | Stats | null) => {
    last[channel] = value;
    window.webContents.send(channel, value);
  };
  ipcMain.on(CHANNELS.subscribe, ({ senderFrame, sender }, channel: string) => {
    if (isOverlay(senderFrame) && channel in last) sender.send(channel, last[channel]);
  });
  await window.loadURL(PAGE);
  return {
    onStats: (stats) => send(CHANNELS.stats, stats),
    onState(state) {
      send(CHANNELS.state, state);
      if (state.title === null) window.hide();
      else window.showInactive();
    },
  };
}

/** Return the id of this installation, which is created at the first start. */
async function installId(folder: string): Promise<string> {
  const path = join(folder, "install-id");
  const stored = await readFile(path, "utf8").catch(() => "");
  if (stored !== "") return stored;
  const created = randomUUID();
  await writeFile(path, created);
  return created;
}
