import { setTimeout as sleep } from "node:timers/promises";
import type { SavepointClient } from "@savepoint/client";
import { openQueue } from "@savepoint/client/queue";
import type { Report } from "./play.js";

const CLOSE_TIMEOUT_MS = 5000;

/** Stores reports on disk and sends them when the server is reachable. */
export interface Reporting {
  /** Store reports; they survive a crash once this resolves. */
  report(reports: readonly Report[]): Promise<void>;
  /** The number of reports that could not be sent, without those that are being sent now. */
  pending(): number;
  close(): Promise<void>;
}

/** Open a player's queue, and send what an earlier run has left in it. */
export async function openReporting(
  folder: string,
  savepoint: SavepointClient,
): Promise<Reporting> {
  let failed = false;
  const queue = await openQueue({
    folder,
    savepoint,
    path: "/v1/me/sessions:batch",
    onError(error) {
      failed = true;
      console.warn(`Reports could not be sent: ${String(error)}`);
    },
  });
  queue.start();
  return {
    report: (reports) => queue.add(reports),
    pending() {
      failed &&= queue.size > 0;
      return failed ? queue.size : 0;
    },
    async close() {
      // Send the ends of sessions before quitting, but do not delay quitting for long.
      const sent = queue.send().catch(() => {});
      await Promise.race([sent, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
      await queue.close();
    },
  };
}
