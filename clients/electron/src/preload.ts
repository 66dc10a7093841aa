import { contextBridge, ipcRenderer } from "electron";
import { CHANNELS, type SavepointBridge } from "./bridge.js";

const bridge: SavepointBridge = {
  onState: (listener) => subscribe(CHANNELS.state, listener),
  onStats: (listener) => subscribe(CHANNELS.stats, listener),
};
contextBridge.exposeInMainWorld("savepoint", bridge);

/** Hide the event from the page, which could access every channel through its sender. */
function subscribe<T>(channel: string, listener: (value: T) => void): void {
  ipcRenderer.on(channel, (_event, value: T) => listener(value));
  ipcRenderer.send(CHANNELS.subscribe, channel);
}
