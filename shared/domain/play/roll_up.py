"""Reported sessions become playtime: in any order, any number of times."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from shared.domain import current_games, erasure_gate
from shared.domain.metrics import ROLL_UP_SIZE, SESSIONS_OF_ERASED
from shared.domain.play import model, playtime, stats
from shared.domain.play.model import Run, to_ms
from shared.domain.play.playtime import Play
from shared.domain.play.sessions import PlayedSession, SessionsReported
from shared.runtime import clock, errors, metrics, projections, sql
from shared.schema.play import unlisted_games


class _Erased(Exception):
    """The player asked to be erased after these events were accepted."""


def record(reported: SessionsReported) -> list[projections.Key]:
    """Merge the sessions into the player's playtime; return the keys of the documents now due.

    Merging is commutative and idempotent, so no inbox is needed. Raises HopelessEvent for events
    that are too old to be merged; Unavailable when the database is unavailable.
    """
    now = clock.now()
    plays = gather(reported.sessions)
    _refuse_late(plays, now)

    def work(tx: Connection) -> list[str]:
        sql.safe_to_retry_commit()  # a second run finds the first one's runs and changes nothing
        return _record(tx, reported, plays, now)

    try:
        keys = sql.transact(work)
    except _Erased:
        metrics.count(SESSIONS_OF_ERASED, len(reported.sessions))
        return []
    metrics.observe(ROLL_UP_SIZE, len(reported.sessions))
    return [(reported.uid, key) for key in keys]


def gather(sessions: Iterable[PlayedSession]) -> dict[str, Play]:
    """Return the play that a message reports, by game key."""
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


def _record(
    tx: Connection, reported: SessionsReported, plays: Mapping[str, Play], now: datetime
) -> list[str]:
    uid = reported.uid
    plays = resolve(tx, plays)
    revisions = playtime.record(tx, uid, plays, now)
    _record_unlisted(tx, uid, plays, now)
    listed = [key for key in sorted(plays) if not model.is_unlisted(key)]
    changed = {key: revisions[key] for key in listed if key in revisions}
    stats.record_new_players(tx, (key for key, revision in changed.items() if revision == 1))
    stats.mark_due(tx, uid, changed, ended={key for key in changed if plays[key].ended is not None})
    if erasure_gate.erased_since(tx, uid, reported.received_at):
        raise _Erased
    return listed


def resolve(conn: Connection, plays: Mapping[str, Play]) -> dict[str, Play]:
    """Return the plays under their current keys.

    The hash of a program that the catalog has learned becomes its game's id, and the id of a merged
    game its survivor's.
    """
    hashes = {model.hash_of_key(key): key for key in model.only_unlisted(plays)}
    learned = current_games.by_hash(conn, list(hashes)) if hashes else {}
    plays = _renamed(plays, {hashes[one]: game_id for one, game_id in learned.items()})
    listed = [int(key) for key in plays if not model.is_unlisted(key)]
    merged = current_games.survivors(conn, listed) if listed else {}
    return _renamed(plays, {str(old): str(new) for old, new in merged.items()})


def _renamed(plays: Mapping[str, Play], keys: Mapping[str, str]) -> dict[str, Play]:
    renamed: dict[str, Play] = {}
    for key, play in plays.items():
        renamed.setdefault(keys.get(key, key), Play()).add(play)
    return renamed


def _record_unlisted(tx: Connection, uid: str, plays: Mapping[str, Play], now: datetime) -> None:
    """Record which programs the catalog does not know, so that `moves` can attach them later."""
    rows = [
        {"uid": uid, "game_key": key, "first_seen_at": now} for key in model.only_unlisted(plays)
    ]
    sql.insert_ignore(tx, unlisted_games, rows)
