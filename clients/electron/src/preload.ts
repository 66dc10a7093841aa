import { contextBridge, ipcRenderer } from "electron";
import { CHANNELS, type SavepointBridge } from "./bridge.js";

const bridge: SavepointBridge = {
  onState: (listener) => listen(CHANNELS.state, listener),
  onStats: (listener) => listen(CHANNELS.stats, listener),
};
contextBridge.exposeInMainWorld("savepoint", bridge);

/** The event stays here: through its sender a page would reach every channel. */
function listen<T>(channel: string, listener: (value: T) => void): void {
  ipcRenderer.on(channel, (_event, value: T) => listener(value));
  ipcRenderer.send(CHANNELS.listening, channel);
}
