/** What runs, and whether somebody should know that reports wait. */
export interface State {
  /** The game that is played, or null. */
  title: string | null;
  /** Reports that could not be sent yet. */
  waiting: number;
}

/** How long the game has been played; null what could not be learnt. */
export interface Stats {
  todayMs: number | null;
  overallMs: number;
}

/** All that the overlay's page can reach: it is told, and can ask for nothing. */
export interface SavepointBridge {
  onState(listener: (state: State) => void): void;
  onStats(listener: (stats: Stats | null) => void): void;
}

/** What main and preload call their messages. */
export const CHANNELS = {
  state: "savepoint:state",
  stats: "savepoint:stats",
  listening: "savepoint:listening",
} as const;
