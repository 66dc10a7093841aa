// A fake of Electron, which no test starts: prints what main does with it, one line per call.
import { EventEmitter } from "node:events";
import { createInterface } from "node:readline";

const print = (...all: unknown[]) => console.log(JSON.stringify(all));

export const app = Object.assign(new EventEmitter(), {
  requestSingleInstanceLock: () => true,
  whenReady: async () => {},
  getPath: () => process.env["USER_DATA"],
  getVersion: () => "8.4.1",
  exit: () => process.exit(),
});
export const ipcMain = new EventEmitter();
export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown) => print("schemes", schemes),
  handle: (scheme: string) => print("handle", scheme),
};
export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: (...all: unknown[]) => void) {
      handler({}, "media", (granted: boolean) => print("permission", granted));
    },
    setPermissionCheckHandler: (handler: () => boolean) => print("permission", handler()),
  },
};

class Contents extends EventEmitter {
  send = (...all: unknown[]) => print("sent", ...all);
  setWindowOpenHandler = (handler: (details: object) => unknown) => print("opens", handler({}));
}

export class BrowserWindow {
  readonly webContents = new Contents();
  setAlwaysOnTop() {}
  setVisibleOnAllWorkspaces() {}
  hide = () => print("hidden");
  showInactive = () => print("shown");
  setIgnoreMouseEvents = (ignored: boolean) => print("ignores the mouse", ignored);

  constructor() {
    app.emit("web-contents-created", {}, this.webContents);
    this.webContents.emit("will-navigate", { preventDefault: () => print("stays") });
  }

  async loadURL(url: string) {
    print("loads", url);
  }
}

// Each line is a frame that subscribes, or `quit`.
createInterface(process.stdin).on("line", (line) => {
  if (line === "quit") return void app.emit("before-quit", { preventDefault() {} });
  const sender = { send: (...all: unknown[]) => print("answered", ...all) };
  ipcMain.emit("savepoint:subscribe", { senderFrame: JSON.parse(line), sender }, "savepoint:state");
  print("asked", line);
});
