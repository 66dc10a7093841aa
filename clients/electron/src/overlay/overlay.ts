import type { SavepointBridge } from "../bridge.js";

declare global {
  interface Window {
    readonly savepoint: SavepointBridge;
  }
}

// No timers: the page is only drawn when it receives something.
window.savepoint.onState(({ title, pending }) => {
  draw("title", title ?? "No game running");
  draw("pending", pending === 0 ? "" : `Offline, ${pending} reports pending`);
});
window.savepoint.onStats((stats) => {
  draw("today", duration(stats?.todayMs ?? null));
  draw("total", duration(stats?.totalMs ?? null));
});

function draw(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element && element.textContent !== text) element.textContent = text;
}

function duration(ms: number | null): string {
  if (ms === null) return "–";
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
