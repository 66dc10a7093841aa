import { join } from "node:path";
import type { Account } from "./account.js";
import type { State, Stats } from "./bridge.js";
import type { Game } from "./games.js";
import { type Machine, type ReportTime, observe, type Play } from "./play.js";
import { openReporting } from "./reporting.js";
import { listenToStats } from "./stats.js";

/** Receives what the overlay should show. */
export interface CompanionListener {
  onState(state: State): void;
  onStats(stats: Stats | null): void;
}

export interface CompanionOptions {
  account: Account;
  /** The app's data folder. */
  folder: string;
  machine: Machine;
  listener: CompanionListener;
}

/** Reports play sessions, and notifies a listener about the game that was started last. */
export interface Companion {
  update(running: readonly Game[], now: ReportTime): Promise<void>;
  close(): Promise<void>;
}

/** Open a companion; only one per player, because one process owns the queue on disk. */
export async function openCompanion(options: CompanionOptions): Promise<Companion> {
  const { account, folder, machine, listener } = options;
  const reporting = await openReporting(join(folder, "sessions", account.uid), account.savepoint);
  const titles = new Map<string, string>();
  let play: Play = { sessions: [] };
  let shown: { game_id: string; stop: () => void } | undefined;
  let lastState = "";
  let closed = false;

  const advance = async (running: readonly Game[], now: ReportTime) => {
    const step = observe(play, new Set(running.map((game) => game.game_id)), now, machine);
    if (step.reports.length > 0) await reporting.report(step.reports);
    // Only after the reports are on disk: if that fails, the next update observes the change again.
    play = step.play;
  };
  const show = (game_id: string | undefined) => {
    if (shown?.game_id === game_id) return;
    shown?.stop();
    shown = undefined;
    listener.onStats(null);
    if (game_id === undefined) return;
    shown = { game_id, stop: listenToStats(account, game_id, (stats) => listener.onStats(stats)) };
  };
  const notifyState = () => {
    const title = titles.get(shown?.game_id ?? "") ?? null;
    const state: State = { title, pending: reporting.pending() };
    if (JSON.stringify(state) !== lastState) listener.onState(state);
    lastState = JSON.stringify(state);
  };
  return {
    async update(running, now) {
      if (closed) return;
      for (const { game_id, title } of running) titles.set(game_id, title);
      await advance(running, now);
      show(play.sessions.at(-1)?.game_id);
      notifyState();
    },
    async close() {
      closed = true;
      if (play.lastSeen) await advance([], play.lastSeen);
      show(undefined);
      await reporting.close();
    },
  };
}
