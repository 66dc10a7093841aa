"""Reported sessions become playtime: in any order, any number of times."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from shared.domain import erasure_gate, ids
from shared.domain.catalog import popularity
from shared.domain.metrics import ROLL_UP_SIZE, SESSIONS_OF_ERASED
from shared.domain.play import merged_play, playtime, stats, unlisted
from shared.domain.play.intervals import Run, to_ms
from shared.domain.play.playtime import Play
from shared.domain.play.sessions import PlayedSession, SessionsReported
from shared.runtime import clock, errors, metrics, projections, sql


class _Erased(Exception):
    """The player asked to be erased after these events were accepted."""


def roll_up(reported: SessionsReported) -> list[projections.Key]:
    """Merge the sessions into the player's playtime and return the documents they may be due in.

    Merging is commutative and idempotent, so no inbox is needed. Raises HopelessEvent for events
    that are too late to be merged; Unavailable when the database is away.
    """
    now = clock.now()
    plays = gather(reported.sessions)
    _refuse_late(plays, now)

    def work(tx: Connection) -> list[str]:
        sql.replay_finds_it()  # a second run finds the first one's runs and changes nothing
        return _merge(tx, reported, plays, now)

    try:
        keys = sql.transact(work)
    except _Erased:
        metrics.count(SESSIONS_OF_ERASED, len(reported.sessions))
        return []
    metrics.observe(ROLL_UP_SIZE, len(reported.sessions))
    return [(reported.uid, key) for key in keys]


def gather(sessions: Iterable[PlayedSession]) -> dict[str, Play]:
    """Return what a message says, by game key."""
    plays: dict[str, Play] = {}
    for one in sessions:
        runs = [Run(to_ms(run.start_at), run.utc_offset_min, to_ms(run.end_at)) for run in one.runs]
        ended = None if one.ended_at is None else to_ms(one.ended_at)
        plays.setdefault(one.game_key, Play()).add(Play({one.session_id: runs}, ended))
    return plays


def _refuse_late(plays: Mapping[str, Play], now: datetime) -> None:
    oldest = to_ms(now - playtime.TOO_LATE)
    if any(run.start < oldest for play in plays.values() for run in play.runs()):
        raise errors.HopelessEvent("too_late", "an event is more than 55 days old")


def _merge(
    tx: Connection, reported: SessionsReported, plays: Mapping[str, Play], now: datetime
) -> list[str]:
    uid = reported.uid
    plays = merged_play.resolve(tx, unlisted.resolve(tx, plays))
    revisions = playtime.record(tx, uid, plays, now)
    unlisted.note(tx, uid, plays, now)
    listed = [key for key in sorted(plays) if not ids.is_unlisted(key)]
    owed = {key: revisions[key] for key in listed if key in revisions}
    popularity.note(tx, (key for key, revision in owed.items() if revision == 1))
    stats.owe(tx, uid, owed, ended={key for key in owed if plays[key].ended is not None})
    if erasure_gate.erased_since(tx, uid, reported.received_at):
        raise _Erased
    return listed
