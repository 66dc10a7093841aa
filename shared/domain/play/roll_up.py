"""Merges reported sessions into playtime, in any order and any number of times."""

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
    """The player requested erasure after these events were accepted."""


def record(reported: SessionsReported) -> list[projections.Key]:
    """Merge the sessions into the player's playtime; return the keys of due documents.

    Merging is commutative and idempotent, so no inbox is needed. Raises HopelessEvent if an event
    is too old to be merged, and Unavailable if the database is unavailable.
    """
    now = clock.now()
    plays = plays_by_game(reported.sessions)
    _reject_late(plays, now)

    def work(tx: Connection) -> list[str]:
        sql.safe_to_retry_commit()  # a retry finds the runs merged and changes nothing
        return _record(tx, reported, plays, now)

    try:
        keys = sql.transact(work)
    except _Erased:
        metrics.count(SESSIONS_OF_ERASED, len(reported.sessions))
        return []
    metrics.observe(ROLL_UP_SIZE, len(reported.sessions))
    return [(reported.uid, key) for key in keys]


def plays_by_game(sessions: Iterable[PlayedSession]) -> dict[str, Play]:
    """Return the play that a message's sessions report, by game key."""
    plays: dict[str, Play] = {}
    for session in sessions:
        runs = [
            Run(to_ms(run.start_at), run.utc_offset_min, to_ms(run.end_at)) for run in session.runs
        ]
        ended = None if session.ended_at is None else to_ms(session.ended_at)
        plays.setdefault(session.game_key, Play()).add(Play({session.session_id: runs}, ended))
    return plays


def _reject_late(plays: Mapping[str, Play], now: datetime) -> None:
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
    """Return the plays by their current game keys.

    The hash of a program that is now in the catalog is replaced with the game's id. The id of a
    merged game is replaced with its survivor's id.
    """
    hashes = {model.hash_of_key(key): key for key in model.unlisted_keys(plays)}
    learned = current_games.by_hash(conn, list(hashes)) if hashes else {}
    plays = _rekeyed(plays, {hashes[digest]: game_id for digest, game_id in learned.items()})
    listed = [int(key) for key in plays if not model.is_unlisted(key)]
    merged = current_games.survivors(conn, listed) if listed else {}
    return _rekeyed(plays, {str(old): str(new) for old, new in merged.items()})


def _rekeyed(plays: Mapping[str, Play], new_keys: Mapping[str, str]) -> dict[str, Play]:
    rekeyed: dict[str, Play] = {}
    for key, play in plays.items():
        rekeyed.setdefault(new_keys.get(key, key), Play()).add(play)
    return rekeyed


def _record_unlisted(tx: Connection, uid: str, plays: Mapping[str, Play], now: datetime) -> None:
    """Record the programs that are not in the catalog, so that `moves` can attach them later."""
    rows = [
        {"uid": uid, "game_key": key, "first_seen_at": now} for key in model.unlisted_keys(plays)
    ]
    sql.insert_ignore(tx, unlisted_games, rows)
