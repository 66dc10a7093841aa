import { setTimeout as sleep } from "node:timers/promises";
import type { Savepoint } from "@savepoint/client";
import { openQueue } from "@savepoint/client/queue";
import type { Report } from "./play.js";

const PATIENCE_MS = 5000;

/** Takes reports to disk, and from there to the server whenever it can be reached. */
export interface Reporting {
  /** They survive a crash when this resolves. */
  report(reports: readonly Report[]): Promise<void>;
  /** How many reports could not be sent; those that are just being sent do not count. */
  waiting(): number;
  close(): Promise<void>;
}

/** Open the reports of one player, and send what an earlier run has left. */
export async function openReporting(folder: string, savepoint: Savepoint): Promise<Reporting> {
  let failed = false;
  const queue = await openQueue({
    folder,
    savepoint,
    path: "/v1/me/sessions:batch",
    onError(error) {
      failed = true;
      console.warn(`Reports wait: ${String(error)}`);
    },
  });
  queue.start();
  return {
    report: (reports) => queue.add(reports),
    waiting() {
      failed &&= queue.size > 0;
      return failed ? queue.size : 0;
    },
    async close() {
      // The end of a session should not wait for the app's next start, and quitting not for long.
      const sent = queue.send().catch(() => {});
      await Promise.race([sent, sleep(PATIENCE_MS, undefined, { ref: false })]);
      await queue.close();
    },
  };
}
