import { localTimestamp } from "@savepoint/client";
import { doc, onSnapshot } from "firebase/firestore";
import type { Account } from "./account.js";
import type { Stats } from "./bridge.js";

/**
 * Call `listener` with a game's playtime, now and whenever it changes; returns a function that
 * unsubscribes.
 *
 * This runs in main: the overlay's page has no token, and its CSP forbids any connection.
 */
export function listenToStats(
  account: Account,
  game_id: string,
  listener: (stats: Stats) => void,
): () => void {
  let latest = 0;
  const stop = onSnapshot(
    doc(account.db, "players", account.uid, "stats", game_id),
    async (document) => {
      // Offline, a missing document in the cache may exist on the server.
      if (!document.exists() && document.metadata.fromCache) return;
      latest += 1;
      const mine = latest;
      const totalMs = (document.get("play_ms") as number | undefined) ?? 0;
      const todayMs = await playedToday(account, game_id).catch(() => null);
      if (mine === latest) listener({ todayMs, totalMs });
    },
    (error) => console.warn(`Stats are unavailable: ${error.message}`),
  );
  return () => {
    latest += 1;
    stop();
  };
}

async function playedToday({ savepoint }: Account, game_id: string): Promise<number | null> {
  const today = localTimestamp().slice(0, 10);
  const query = { from: today, to: today };
  const { data } = await savepoint.GET("/v1/me/playtime", { params: { query } });
  if (!data) return null;
  return data.items.find((day) => day.game_id === game_id)?.play_ms ?? 0;
}
