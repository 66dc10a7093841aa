import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { localTime } from "@savepoint/client";
import { app, BrowserWindow, ipcMain, protocol, session, type WebContents } from "electron";
import { signInLocally } from "./account.js";
import { CHANNELS, type State, type Stats } from "./bridge.js";
import { type Audience, openCompanion } from "./companion.js";
import { readGames, runningGames } from "./games.js";
import { isOverlay, PAGE, SCHEME, serve, WINDOW } from "./window.js";

const LOOK_MS = 5000;
const GAMES = new URL("../../games.json", import.meta.url);
const {
  SAVEPOINT_URL: baseUrl = "http://127.0.0.1:8080",
  FIRESTORE_EMULATOR_HOST: firestore = "127.0.0.1:8082",
  PLAYER: uid = "ada",
} = process.env;

protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true } },
]);
// Two processes would both report what is played; the queue on disk lets in only one.
if (app.requestSingleInstanceLock()) void app.whenReady().then(run);
else app.quit();

async function run(): Promise<void> {
  protocol.handle(SCHEME, ({ url }) => serve(url));
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, grant) => grant(false));
  defaultSession.setPermissionCheckHandler(() => false);
  app.on("web-contents-created", (_event, contents) => confine(contents));
  const audience = await openOverlay();
  const folder = app.getPath("userData");
  const companion = await openCompanion({
    account: signInLocally({ baseUrl, firestore }, uid, app.getVersion()),
    folder,
    // A run of the app lies within one start of the machine.
    machine: { install_id: await installId(folder), boot_id: randomUUID() },
    audience,
  });
  app.once("before-quit", (event) => {
    event.preventDefault();
    void companion.close().finally(() => app.exit());
  });
  const games = await readGames(GAMES);
  for (;;) {
    try {
      const now = { at: localTime(), uptime_ms: Math.round(uptime() * 1000) };
      await companion.look(await runningGames(games), now);
    } catch (error) {
      console.error("Nothing seen this time:", error);
    }
    await sleep(LOOK_MS);
  }
}

/** The overlay stays on its page and opens no other. */
function confine(contents: WebContents): void {
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** Open the window, hidden while nothing is played, and return how to tell it what is. */
async function openOverlay(): Promise<Audience> {
  const window = new BrowserWindow(WINDOW);
  window.setAlwaysOnTop(true, "screen-saver");
  window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true });
  // Nothing in it can be clicked: clicks are the game's.
  window.setIgnoreMouseEvents(true);
  const last: Record<string, State | Stats | null> = {};
  const tell = (channel: string, value: State | Stats | null) => {
    last[channel] = value;
    window.webContents.send(channel, value);
  };
  ipcMain.on(CHANNELS.listening, ({ senderFrame, sender }, channel: string) => {
    if (isOverlay(senderFrame) && channel in last) sender.send(channel, last[channel]);
  });
  await window.loadURL(PAGE);
  return {
    stats: (stats) => tell(CHANNELS.stats, stats),
    state(state) {
      tell(CHANNELS.state, state);
      if (state.title === null) window.hide();
      else window.showInactive();
    },
  };
}

/** Return what names this installation, made at its first start. */
async function installId(folder: string): Promise<string> {
  const path = join(folder, "install-id");
  const kept = await readFile(path, "utf8").catch(() => "");
  if (kept !== "") return kept;
  const made = randomUUID();
  await writeFile(path, made);
  return made;
}
