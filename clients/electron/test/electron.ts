// Stands in for Electron, which no test starts: says what main does with it, line by line.
import { EventEmitter } from "node:events";
import { createInterface } from "node:readline";

const say = (...all: unknown[]) => console.log(JSON.stringify(all));

export const app = Object.assign(new EventEmitter(), {
  requestSingleInstanceLock: () => true,
  whenReady: async () => {},
  getPath: () => process.env["USER_DATA"],
  getVersion: () => "8.4.1",
  exit: () => process.exit(),
});
export const ipcMain = new EventEmitter();
export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown) => say("schemes", schemes),
  handle: (scheme: string) => say("handle", scheme),
};
export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: (...all: unknown[]) => void) {
      handler({}, "media", (granted: boolean) => say("permission", granted));
    },
    setPermissionCheckHandler: (handler: () => boolean) => say("permission", handler()),
  },
};

class Contents extends EventEmitter {
  send = (...all: unknown[]) => say("told", ...all);
  setWindowOpenHandler = (handler: (wish: object) => unknown) => say("opens", handler({}));
}

export class BrowserWindow {
  readonly webContents = new Contents();
  setAlwaysOnTop() {}
  setVisibleOnAllWorkspaces() {}
  hide = () => say("hidden");
  showInactive = () => say("shown");
  setIgnoreMouseEvents = (ignored: boolean) => say("ignores the mouse", ignored);

  constructor() {
    app.emit("web-contents-created", {}, this.webContents);
    this.webContents.emit("will-navigate", { preventDefault: () => say("stays") });
  }

  async loadURL(url: string) {
    say("loads", url);
  }
}

// A line is a frame that listens, or asks to quit.
createInterface(process.stdin).on("line", (line) => {
  if (line === "quit") return void app.emit("before-quit", { preventDefault() {} });
  const sender = { send: (...all: unknown[]) => say("answered", ...all) };
  ipcMain.emit("savepoint:listening", { senderFrame: JSON.parse(line), sender }, "savepoint:state");
  say("asked", line);
});
