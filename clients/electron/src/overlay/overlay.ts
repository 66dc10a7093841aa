import type { SavepointBridge } from "../bridge.js";

declare global {
  interface Window {
    readonly savepoint: SavepointBridge;
  }
}

// There is no timer here: the page is drawn when it is told something, else it sleeps.
window.savepoint.onState(({ title, waiting }) => {
  draw("title", title ?? "No game runs");
  draw("waiting", waiting === 0 ? "" : `Offline, ${waiting} to send`);
});
window.savepoint.onStats((stats) => {
  draw("today", duration(stats?.todayMs ?? null));
  draw("overall", duration(stats?.overallMs ?? null));
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
