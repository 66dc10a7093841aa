import { localTime } from "@savepoint/client";
import { doc, onSnapshot } from "firebase/firestore";
import type { Account } from "./account.js";
import type { Stats } from "./bridge.js";

/**
 * Tell how long a game has been played, now and whenever that changes, until the returned function
 * is called.
 *
 * Main listens, not the overlay: the page that is drawn over foreign programs never holds a token,
 * and its policy forbids it any connection.
 */
export function listenToStats(
  account: Account,
  game_id: string,
  tell: (stats: Stats) => void,
): () => void {
  let latest = 0;
  const stop = onSnapshot(
    doc(account.db, "players", account.uid, "stats", game_id),
    async (document) => {
      // Offline, a document that was never read is not one that does not exist.
      if (!document.exists() && document.metadata.fromCache) return;
      latest += 1;
      const mine = latest;
      const overallMs = (document.get("play_ms") as number | undefined) ?? 0;
      const todayMs = await playedToday(account, game_id).catch(() => null);
      if (mine === latest) tell({ todayMs, overallMs });
    },
    (error) => console.warn(`No stats: ${error.message}`),
  );
  return () => {
    latest += 1;
    stop();
  };
}

async function playedToday({ savepoint }: Account, game_id: string): Promise<number | null> {
  const today = localTime().slice(0, 10);
  const query = { from: today, to: today };
  const { data } = await savepoint.GET("/v1/me/playtime", { params: { query } });
  if (!data) return null;
  return data.items.find((day) => day.game_id === game_id)?.play_ms ?? 0;
}
