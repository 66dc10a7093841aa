"""A player's runs, and the playtime per game and local day that is derived from them.

How late an event may arrive, and how long its data is kept:

    now      -14 d     -52 d           -55 d         -58 d           -60 d
     |  accepted |  …queue, dead       | too late:   | day totals    | runs are
     |  by HTTP  |  letters, redrive   | rejected    | are frozen    | folded

A frozen day's total is never recomputed, because some of its runs may already be folded. A local
day starts at most 38 hours before any of its instants, so margins of two and three days are
sufficient. The three days between "too late" and "frozen" ensure that a merged event never belongs
to a frozen day. The two days between "frozen" and "folded" ensure that all runs of a day still
exist as long as the day can change.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, delete, or_, select

from shared.domain.play import model
from shared.domain.play.model import Days, Run
from shared.runtime import sql
from shared.schema.play import play_intervals, player_stats, playtime_days

TOO_LATE = timedelta(days=55)
FROZEN = timedelta(days=58)
INTERVAL_RETENTION = timedelta(days=60)

_runs, _days, _stats = play_intervals.c, playtime_days.c, player_stats.c
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)

_LOCK = (
    select(player_stats)
    .where(_stats.uid == bindparam("uid"), _stats.game_key.in_(_KEYS))
    .order_by(_stats.game_key)
    .with_for_update()
)
_LOAD_RUNS = select(
    _runs.game_key, _runs.session_id, _runs.start_at, _runs.utc_offset_min, _runs.end_at
).where(
    _runs.uid == bindparam("uid"),
    _runs.game_key.in_(_KEYS),
    _runs.end_at >= bindparam("start"),
    _runs.start_at <= bindparam("end"),
)
_LOAD_DAYS = select(_days.game_key, _days.day, _days.play_ms).where(
    _days.uid == bindparam("uid"),
    _days.day.between(bindparam("first"), bindparam("last")),
    _days.game_key.in_(_KEYS),
)

Sessions = dict[str, list[Run]]
"""Runs by session id."""


@dataclass
class Play:
    """Reported play of one game: runs by session id, and the latest end of a session (ms)."""

    sessions: Sessions = field(default_factory=dict)
    ended: int | None = None

    def add(self, other: "Play") -> None:
        """Merge other play of the same game into this one."""
        for session_id, runs in other.sessions.items():
            self.sessions[session_id] = model.merge(self.sessions.get(session_id, []) + runs)
        self.ended = _latest(self.ended, other.ended)

    def runs(self) -> list[Run]:
        """Return the runs of all sessions."""
        return [run for runs in self.sessions.values() for run in runs]


def record(tx: Connection, uid: str, plays: Mapping[str, Play], now: datetime) -> dict[str, int]:
    """Merge reported play, by game key, into a player's locked runs, day totals and stats rows.

    Returns the new revision of each game that changed. Merging the same play again changes nothing.
    Holds locks on the player's stats rows of these games until the transaction ends.
    """
    before = lock(tx, uid, plays)
    reported = [run for play in plays.values() for run in play.runs()]
    changes = _merge_plays(tx, uid, plays, reported) if reported else {}
    _write_runs(tx, uid, changes)
    added_ms = _recount(tx, uid, changes, now)
    stats = []
    for key, play in sorted(plays.items()):
        row = _updated_stats(before[key], play, changes.get(key), added_ms.get(key, 0))
        if row is not None:
            stats.append(row)
    sql.upsert(tx, player_stats, stats, _STATS_COLUMNS)
    return {row["game_key"]: row["revision"] for row in stats}


_STATS_COLUMNS = ["revision", "play_ms", "first_played_at", "last_played_at", "last_ended_at"]


def lock(tx: Connection, uid: str, game_keys: Iterable[str]) -> dict[str, Row[Any]]:
    """Lock a player's stats rows for the given games, inserting missing rows.

    Every writer of runs, days or stats takes these locks first, ordered by game key. Changes to a
    player's game are therefore serialised, and writers do not deadlock.
    """
    keys = sorted(game_keys)
    found = {row.game_key: row for row in tx.execute(_LOCK, {"uid": uid, "keys": keys})}
    missing = [key for key in keys if key not in found]
    if missing:
        rows = [{"uid": uid, "game_key": key, "revision": 0, "play_ms": 0} for key in missing]
        # Not INSERT IGNORE: it takes a shared lock on an existing row, so two transactions would
        # hold it and then deadlock on the exclusive lock.
        sql.upsert(tx, player_stats, rows, ["uid"])
        found = {row.game_key: row for row in tx.execute(_LOCK, {"uid": uid, "keys": keys})}
    return found


class _Change(NamedTuple):
    """A game's runs after a merge, the rows to write and delete, and the days affected."""

    runs: list[Run]
    put: list[tuple[str, Run]]
    drop: list[tuple[str, Run]]
    days: Days


def _merge_plays(
    tx: Connection, uid: str, plays: Mapping[str, Play], reported: Sequence[Run]
) -> dict[str, _Change]:
    """Return the change to each game whose runs change.

    Loads all runs around the days that can be affected. If a merged run extends beyond these days,
    the runs are loaded and merged again, including the days of that run.
    """
    loaded = model.possible_days(reported)
    while True:
        stored = load_runs(tx, uid, plays, loaded)
        changes = {}
        for key, play in plays.items():
            change = _merge_game(stored[key], play)
            if change is not None:
                changes[key] = change
        needed = functools.reduce(Days.union, (one.days for one in changes.values()), loaded)
        if needed == loaded:
            return changes
        loaded = needed


def _merge_game(stored: Mapping[str, list[Run]], play: Play) -> _Change | None:
    put, drop = [], []
    sessions = dict(stored)
    for session_id, reported in play.sessions.items():
        old = stored.get(session_id, [])
        new = model.merge(old + reported)
        if new == old:
            continue
        sessions[session_id] = new
        known, starts = set(old), {run.start for run in new}
        put += [(session_id, run) for run in new if run not in known]
        drop += [(session_id, run) for run in old if run.start not in starts]
    if not put:
        return None
    days = model.possible_days(run for _, run in put + drop)
    return _Change([run for runs in sessions.values() for run in runs], put, drop, days)


def load_runs(
    tx: Connection, uid: str, game_keys: Iterable[str], days: Days
) -> dict[str, Sessions]:
    """Return all stored runs that can count towards these days, by game key and session id."""
    start, end = days.window()
    span = {"start": model.from_ms(start), "end": model.from_ms(end)}
    found: dict[str, Sessions] = defaultdict(lambda: defaultdict(list))
    for key, session_id, start_at, offset, end_at in tx.execute(
        _LOAD_RUNS, {"uid": uid, "keys": list(game_keys), **span}
    ):
        run = Run(model.to_ms(start_at), offset, model.to_ms(end_at))
        found[key][session_id].append(run)
    for sessions in found.values():
        for runs in sessions.values():
            runs.sort()
    return found


def load_all_runs(tx: Connection, uid: str, game_key: str) -> Sessions:
    """Return all stored runs of one game, by session id."""
    return load_runs(tx, uid, [game_key], Days(date(1970, 1, 2), date(9999, 12, 30)))[game_key]


def first_unfrozen_day(now: datetime) -> date:
    """Return the first local day whose total may still change."""
    return (now - FROZEN).date()


def _write_runs(tx: Connection, uid: str, changes: Mapping[str, _Change]) -> None:
    dropped = [
        and_(
            _runs.game_key == key,
            _runs.session_id == session_id,
            _runs.start_at == model.from_ms(run.start),
        )
        for key, change in changes.items()
        for session_id, run in change.drop
    ]
    if dropped:
        tx.execute(delete(play_intervals).where(_runs.uid == uid, or_(*dropped)))
    rows = [
        {
            "uid": uid,
            "game_key": key,
            "session_id": session_id,
            "start_at": model.from_ms(run.start),
            "end_at": model.from_ms(run.end),
            "utc_offset_min": run.offset,
        }
        for key, change in changes.items()
        for session_id, run in change.put
    ]
    sql.upsert(tx, play_intervals, rows, ["end_at", "utc_offset_min"])


def _recount(
    tx: Connection, uid: str, changes: Mapping[str, _Change], now: datetime
) -> dict[str, int]:
    """Write the day totals that changed; return the change to each game's total in ms."""
    if not changes:
        return {}
    frozen = first_unfrozen_day(now)
    days = functools.reduce(Days.union, (change.days for change in changes.values()))
    known = {
        (row.game_key, row.day): row.play_ms
        for row in tx.execute(
            _LOAD_DAYS,
            {"uid": uid, "keys": list(changes), **days._asdict()},
        )
    }
    rows = []
    added_ms: dict[str, int] = {}
    for key, change in changes.items():
        counted = model.playtime(change.runs)
        for day in change.days.each(since=frozen):
            old, new = known.get((key, day), 0), counted.get(day, 0)
            if old != new:
                rows.append({"uid": uid, "game_key": key, "day": day, "play_ms": new})
                added_ms[key] = added_ms.get(key, 0) + new - old
    sql.upsert(tx, playtime_days, rows, ["play_ms"])
    return added_ms


def _updated_stats(
    before: Row[Any], play: Play, change: _Change | None, added_ms: int
) -> dict[str, Any] | None:
    """Return the stats row that includes this play, or None if the play adds nothing."""
    first, last, ended = (
        None if moment is None else model.to_ms(moment)
        for moment in (before.first_played_at, before.last_played_at, before.last_ended_at)
    )
    if change is None and _latest(ended, play.ended) == ended:
        return None
    for _, run in change.put if change else ():
        first = run.start if first is None else min(first, run.start)
        last = _latest(last, run.end)
    ended = _latest(ended, play.ended)
    return {
        "uid": before.uid,
        "game_key": before.game_key,
        "revision": before.revision + 1,
        "play_ms": before.play_ms + added_ms,
        "first_played_at": None if first is None else model.from_ms(first),
        "last_played_at": None if last is None else model.from_ms(last),
        "last_ended_at": None if ended is None else model.from_ms(ended),
    }


def _latest(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
