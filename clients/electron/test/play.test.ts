import assert from "node:assert/strict";
import { test } from "node:test";
import { HEARTBEAT_MS, type ReportTime, observe, type Play, type Report } from "../src/play.js";

const MINUTE = 60_000;
const MACHINE = { install_id: "i", boot_id: "b" };
const START = Date.UTC(2026, 0, 1, 20);

/** An observation: minutes of uptime, the running games, and the wall clock's error in minutes. */
type Observation = readonly [minute: number, running: readonly string[], wrong?: number];

function moment(minute: number, wrong = 0): ReportTime {
  const at = new Date(START + (minute + wrong) * MINUTE).toISOString();
  return { at, uptime_ms: minute * MINUTE };
}

function watched(observations: readonly Observation[]): Report[] {
  let play: Play = { sessions: [] };
  return observations.flatMap(([minute, running, wrong]) => {
    const step = observe(play, new Set(running), moment(minute, wrong), MACHINE);
    play = step.play;
    return step.reports;
  });
}

/** Observations every half minute. */
function during(from: number, to: number, running: readonly string[], wrong = 0): Observation[] {
  const observations = (to - from) * 2 + 1;
  return Array.from({ length: observations }, (_, half) => [from + half / 2, running, wrong]);
}

/** Reports in short: kind, game, minutes of uptime. */
function short(reports: readonly Report[]): string[] {
  return reports.map(({ kind, game_id, uptime_ms }) => `${kind} ${game_id} ${uptime_ms / MINUTE}`);
}

function sessions(reports: readonly Report[]): Report[][] {
  const ids = [...new Set(reports.map((report) => report.session_id))];
  return ids.map((id) => reports.filter((report) => report.session_id === id));
}

test("a session starts, has a heartbeat every four minutes, and ends when last seen", () => {
  const reports = watched([...during(0, 10, ["7"]), [10.5, []]]);
  const beats = ["heartbeat 7 4", "heartbeat 7 8"];
  assert.deepEqual(short(reports), ["started 7 0", ...beats, "ended 7 10"]);
  assert.equal(sessions(reports).length, 1);
  assert.equal(new Set(reports.map((report) => report.event_id)).size, 4);
  const { event_id: _e, session_id: _s, ...rest } = reports[1] ?? assert.fail();
  assert.deepEqual(rest, { ...MACHINE, ...moment(4), game_id: "7", kind: "heartbeat" });
});

test("nothing is reported while no game is running", () => {
  assert.deepEqual(watched(during(0, 10, [])), []);
});

test("a game that is seen once has a session of zero length", () => {
  assert.deepEqual(short(watched([[0, ["7"]], [1, []]])), ["started 7 0", "ended 7 0"]);
});

test("a restarted game has another session", () => {
  const reports = watched([[0, ["7"]], [1, []], [2, ["7"]], [3, []]]);
  assert.deepEqual(short(reports), ["started 7 0", "ended 7 0", "started 7 2", "ended 7 2"]);
  assert.equal(sessions(reports).length, 2);
});

test("two games have separate sessions", () => {
  const reports = watched([[0, ["7"]], [1, ["7", "8"]], [2, ["8"]], [3, []]]);
  const expected = ["started 7 0", "started 8 1", "ended 7 1", "ended 8 2"];
  assert.deepEqual(short(reports), expected);
});

test("sleep ends a session when last seen, and starts another", () => {
  const reports = watched([...during(0, 1, ["7"]), ...during(61, 62, ["7"]), [62.5, []]]);
  assert.deepEqual(short(reports), ["started 7 0", "ended 7 1", "started 7 61", "ended 7 62"]);
  assert.equal(sessions(reports).length, 2);
});

test("a session whose game was closed during sleep only ends", () => {
  const reports = watched([[0, ["7"]], [1, ["7"]], [61, []]]);
  assert.deepEqual(short(reports), ["started 7 0", "ended 7 1"]);
});

test("a gap shorter than a heartbeat counts as play", () => {
  const reports = watched([[0, ["7"]], [3, ["7"]], [7, ["7"]], [11, ["7"]], [12, []]]);
  const beats = ["heartbeat 7 3", "heartbeat 7 7"];
  assert.deepEqual(short(reports), ["started 7 0", ...beats, "ended 7 11"]);
});

test("changing the wall clock neither ends a session nor moves a heartbeat", () => {
  const before = during(0, 5, ["7"]);
  const observations = [...before, ...during(5.5, 9.5, ["7"], -180), [10, []] as const];
  const kinds = ["started 7 0", "heartbeat 7 4", "heartbeat 7 8", "ended 7 9.5"];
  assert.deepEqual(short(watched(observations)), kinds);
});

test("a game that is still running after a crash has a new session", () => {
  const crashed = watched(during(0, 6, ["7"]));
  const again = watched([...during(7, 9, ["7"]), [9.5, []]]);
  assert.deepEqual(short(crashed), ["started 7 0", "heartbeat 7 4"]);
  assert.deepEqual(short(again), ["started 7 7", "ended 7 9"]);
  assert.equal(sessions([...crashed, ...again]).length, 2);
});

/** Reproducible pseudo-random numbers from 0 to 1. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

function anyObservations(seed: number): Observation[] {
  const random = numbers(seed);
  const next = () => random.next().value;
  let minute = 0;
  return Array.from({ length: 60 }, () => {
    // Most observations follow soon, some after a nap, a few after a night.
    minute += next() < 0.9 ? next() : next() < 0.8 ? next() * 5 : next() * 600;
    return [minute, ["7", "8", "9"].filter(() => next() < 0.7), next() < 0.1 ? next() * 600 : 0];
  });
}

test("any observations yield well-formed sessions of exactly what was seen", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const observations = anyObservations(seed);
    const reports = watched([...observations, [(observations.at(-1)?.[0] ?? 0) + 0.1, []]]);
    assert.equal(new Set(reports.map((report) => report.event_id)).size, reports.length);
    for (const session of sessions(reports)) wellFormed(session, `seed ${seed}`);
    for (const game of ["7", "8", "9"]) {
      const spans = sessions(reports).filter((session) => session[0]?.game_id === game);
      const played = spans.reduce((sum, session) => sum + length(session), 0);
      assert.ok(Math.abs(played - seen(observations, game)) < 1, `seed ${seed}, game ${game}`);
    }
  }
});

function wellFormed(session: readonly Report[], of: string): void {
  const kinds = session.map((report) => report.kind).join(" ");
  assert.match(kinds, /^started( heartbeat)* ended$/, of);
  assert.equal(new Set(session.map((report) => report.game_id)).size, 1, of);
  session.slice(1).forEach((report, index) => {
    const gap = report.uptime_ms - (session[index]?.uptime_ms ?? 0);
    assert.ok(gap >= 0 && gap <= HEARTBEAT_MS, `${of}: ${gap} ms`);
  });
}

function length(session: readonly Report[]): number {
  return (session.at(-1)?.uptime_ms ?? 0) - (session[0]?.uptime_ms ?? 0);
}

/** Return how long a game was seen at both ends of a gap that was not sleep. */
function seen(observations: readonly Observation[], game: string): number {
  return observations.slice(1).reduce((sum, [minute, running], index) => {
    const [before, ran] = observations[index] ?? assert.fail();
    const gap = moment(minute).uptime_ms - moment(before).uptime_ms;
    return running.includes(game) && ran.includes(game) && gap <= HEARTBEAT_MS ? sum + gap : sum;
  }, 0);
}
