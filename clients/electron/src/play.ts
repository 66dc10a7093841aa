import { randomUUID } from "node:crypto";
import type { BatchItem } from "@savepoint/client";

/** One report of a play session, as the API accepts it. */
export type Report = BatchItem<"/v1/me/sessions:batch">;

/** A time by two clocks: the wall clock, which users can set, and the uptime, including sleep. */
export type ReportTime = Pick<Report, "at" | "uptime_ms">;

/** The installation, and the boot that the uptime counts from. */
export type Machine = Pick<Report, "install_id" | "boot_id">;

/** An open session. */
export interface Session {
  session_id: string;
  game_id: string;
  /** The uptime at its last report. */
  reported_ms: number;
}

/** The state between two observations. */
export interface Play {
  sessions: readonly Session[];
  lastSeen?: ReportTime;
}

/** The longest gap between two reports; the server merges gaps of up to five minutes. */
export const HEARTBEAT_MS = 4 * 60_000;

/**
 * Turn an observation of the running games into reports.
 *
 * Durations are measured by the uptime, because the wall clock may be wrong; the server corrects
 * that. Play is only known up to the last observation, so heartbeats and ends have its time. A
 * longer gap between two observations is sleep: it ends the open sessions, and games that are
 * still running start new ones. A crash loses `play`; its sessions end with their last report.
 */
export function observe(
  play: Play,
  running: ReadonlySet<string>,
  now: ReportTime,
  machine: Machine,
): { play: Play; reports: Report[] } {
  const { lastSeen = now } = play;
  const slept = now.uptime_ms - lastSeen.uptime_ms > HEARTBEAT_MS;
  const reports: Report[] = [];
  const report = (kind: Report["kind"], { session_id, game_id }: Session, time: ReportTime) => {
    reports.push({ event_id: randomUUID(), session_id, game_id, kind, ...machine, ...time });
  };
  const sessions: Session[] = [];
  for (const session of play.sessions) {
    if (slept || !running.has(session.game_id)) {
      report("ended", session, lastSeen);
    } else if (now.uptime_ms - session.reported_ms > HEARTBEAT_MS) {
      report("heartbeat", session, lastSeen);
      sessions.push({ ...session, reported_ms: lastSeen.uptime_ms });
    } else {
      sessions.push(session);
    }
  }
  for (const game_id of running) {
    if (sessions.some((session) => session.game_id === game_id)) continue;
    const session = { session_id: randomUUID(), game_id, reported_ms: now.uptime_ms };
    report("started", session, now);
    sessions.push(session);
  }
  return { play: { sessions, lastSeen: now }, reports };
}
