import { randomUUID } from "node:crypto";
import type { BatchItem } from "@savepoint/client";

/** What the API takes as one moment of a play session. */
export type Report = BatchItem<"/v1/me/sessions:batch">;

/** A time by two clocks: the wall's, which people set, and the machine's uptime, sleep included. */
export type Moment = Pick<Report, "at" | "uptime_ms">;

/** Who reports: the installation, and which start of the machine its uptime counts from. */
export type Machine = Pick<Report, "install_id" | "boot_id">;

/** A session that has begun and not ended. */
export interface Session {
  session_id: string;
  game_id: string;
  /** The uptime of its last report. */
  reported_ms: number;
}

/** What is known between two looks at what runs. */
export interface Play {
  sessions: readonly Session[];
  seen?: Moment;
}

/** Reports of a session are never further apart; the server joins what lies within five minutes. */
export const HEARTBEAT_MS = 4 * 60_000;

/**
 * Turn a look at the games that run now into reports.
 *
 * Only the uptime is measured: the server corrects a wall clock, nobody corrects a duration. What
 * was played is known up to the last look, so a session beats and ends there. A longer gap between
 * two looks is sleep: it ends what was open, and what still runs begins anew. A crash forgets
 * `play`; its sessions end with their last report, and nobody has to tell the server.
 */
export function observe(
  play: Play,
  running: ReadonlySet<string>,
  now: Moment,
  machine: Machine,
): { play: Play; reports: Report[] } {
  const { seen = now } = play;
  const slept = now.uptime_ms - seen.uptime_ms > HEARTBEAT_MS;
  const reports: Report[] = [];
  const report = (kind: Report["kind"], { session_id, game_id }: Session, moment: Moment) => {
    reports.push({ event_id: randomUUID(), session_id, game_id, kind, ...machine, ...moment });
  };
  const sessions: Session[] = [];
  for (const session of play.sessions) {
    if (slept || !running.has(session.game_id)) {
      report("ended", session, seen);
    } else if (now.uptime_ms - session.reported_ms > HEARTBEAT_MS) {
      report("heartbeat", session, seen);
      sessions.push({ ...session, reported_ms: seen.uptime_ms });
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
  return { play: { sessions, seen: now }, reports };
}
