import { join } from "node:path";
import type { Account } from "./account.js";
import type { State, Stats } from "./bridge.js";
import type { Game } from "./games.js";
import { type Machine, type Moment, observe, type Play } from "./play.js";
import { openReporting } from "./reporting.js";
import { listenToStats } from "./stats.js";

/** Whoever shows what the companion knows. */
export interface Audience {
  state(state: State): void;
  stats(stats: Stats | null): void;
}

/** What the companion works with; `folder` is where the app keeps what it must not lose. */
export interface CompanionOptions {
  account: Account;
  folder: string;
  machine: Machine;
  audience: Audience;
}

/** Reports what is played, and tells its audience about the game that was started last. */
export interface Companion {
  look(running: readonly Game[], now: Moment): Promise<void>;
  close(): Promise<void>;
}

/** Open a companion; one player's at a time, since the queue on disk belongs to one process. */
export async function openCompanion(options: CompanionOptions): Promise<Companion> {
  const { account, folder, machine, audience } = options;
  const reporting = await openReporting(join(folder, "sessions", account.uid), account.savepoint);
  const titles = new Map<string, string>();
  let play: Play = { sessions: [] };
  let shown: { game_id: string; stop: () => void } | undefined;
  let told = "";
  let closed = false;

  const advance = async (running: readonly Game[], now: Moment) => {
    const step = observe(play, new Set(running.map((game) => game.game_id)), now, machine);
    if (step.reports.length > 0) await reporting.report(step.reports);
    // Only now: what could not be written is observed once more at the next look.
    play = step.play;
  };
  const show = (game_id: string | undefined) => {
    if (shown?.game_id === game_id) return;
    shown?.stop();
    shown = undefined;
    audience.stats(null);
    if (game_id === undefined) return;
    shown = { game_id, stop: listenToStats(account, game_id, (stats) => audience.stats(stats)) };
  };
  const tellState = () => {
    const title = titles.get(shown?.game_id ?? "") ?? null;
    const state: State = { title, waiting: reporting.waiting() };
    if (JSON.stringify(state) !== told) audience.state(state);
    told = JSON.stringify(state);
  };
  return {
    async look(running, now) {
      if (closed) return;
      for (const { game_id, title } of running) titles.set(game_id, title);
      await advance(running, now);
      show(play.sessions.at(-1)?.game_id);
      tellState();
    },
    async close() {
      closed = true;
      if (play.seen) await advance([], play.seen);
      show(undefined);
      await reporting.close();
    },
  };
}
