/** What the overlay shows about the current game and the queue. */
export interface State {
  /** The game that is running, or null. */
  title: string | null;
  /** The number of reports that could not be sent yet. */
  pending: number;
}

/** The playtime of the current game; null if unknown. */
export interface Stats {
  todayMs: number | null;
  totalMs: number;
}

/** Everything the overlay's page can access: it receives values and cannot request any. */
export interface SavepointBridge {
  onState(listener: (state: State) => void): void;
  onStats(listener: (stats: Stats | null) => void): void;
}

/** The IPC channels between main and preload. */
export const CHANNELS = {
  state: "savepoint:state",
  stats: "savepoint:stats",
  subscribe: "savepoint:subscribe",
} as const;
