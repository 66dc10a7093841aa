// Replaces the preload script for a page in a browser; the test sends instead of main.
import type { SavepointBridge, State, Stats } from "../../src/bridge.js";

const state: ((state: State) => void)[] = [];
const stats: ((stats: Stats | null) => void)[] = [];
const savepoint: SavepointBridge = {
  onState: (listener) => void state.push(listener),
  onStats: (listener) => void stats.push(listener),
};
const timers: string[] = [];
for (const name of ["setTimeout", "setInterval", "requestAnimationFrame"] as const) {
  const set = window[name] as (...all: unknown[]) => number;
  Object.assign(window, { [name]: (...all: unknown[]) => (timers.push(name), set(...all)) });
}
Object.assign(window, {
  savepoint,
  timers,
  sendState: (value: State) => state.forEach((listener) => listener(value)),
  sendStats: (value: Stats | null) => stats.forEach((listener) => listener(value)),
});
