// What a preload script would install, for a page in a browser; a test tells instead of main.
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
  tellState: (told: State) => state.forEach((listener) => listener(told)),
  tellStats: (told: Stats | null) => stats.forEach((listener) => listener(told)),
});
