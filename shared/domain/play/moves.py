"""Batch jobs that move play to another game key after a program is added or games are merged.

Each pair of player and key is moved in its own transaction, so a job may stop at any point and
resume in the next call.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, literal_column, select, update

from shared.domain import current_games, erasure_gate
from shared.domain.play import model, playtime, stats
from shared.domain.play.playtime import Play
from shared.runtime import clock, projections, sql
from shared.schema.catalog import game_executables
from shared.schema.play import play_intervals, player_stats, playtime_days, unlisted_games

HASHES_PER_PAGE = 1000
PLAYERS_PER_PAGE = 100

_days, _stats, _unlisted = playtime_days.c, player_stats.c, unlisted_games.c
_executable = game_executables.c


class NothingToMove(Exception):
    """The play was already moved by another call, or the player requested erasure."""


def attach_unlisted(until: float) -> dict[str, int]:
    """Once the catalog has a program, move the play recorded under its hash to the game.

    Iterates over the catalog's executables, not over players, until the monotonic time `until`.
    Returns how many pairs of player and game were moved, and whether the iteration finished (0 or
    1).
    """
    moved = 0
    for game_key, game_id in _learned_games():
        query = select(_unlisted.uid).where(_unlisted.game_key == game_key)
        for uid in _players(query):
            if time.monotonic() >= until:
                return {"moved": moved, "finished": 0}
            moved += _attach(uid, game_key, game_id)
    return {"moved": moved, "finished": 1}


def _attach(uid: str, game_key: str, game_id: str) -> bool:
    """Move one player's play from a hash to a game; return False if there is none to move."""
    mine = (_unlisted.uid == uid, _unlisted.game_key == game_key)

    def begin(tx: Connection) -> datetime:
        first_seen_at: datetime | None = tx.scalar(select(_unlisted.first_seen_at).where(*mine))
        if first_seen_at is None:
            raise NothingToMove
        tx.execute(delete(unlisted_games).where(*mine))
        return first_seen_at

    return _move_player(uid, game_key, game_id, begin)


def _learned_games() -> Iterator[tuple[str, str]]:
    """Yield the key and game id of each hash that has unlisted play and now belongs to a game."""
    after = b""
    while True:
        page = (
            select(_executable.suffix_hash)
            .where(_executable.suffix_hash > after)
            .order_by(_executable.suffix_hash)
            .distinct()
            .limit(HASHES_PER_PAGE)
        )

        def load(conn: Connection, page: Select[Any] = page) -> tuple[list[bytes], dict[str, str]]:
            hashes = list(conn.scalars(page))
            keys = [model.unlisted_key(one) for one in hashes]
            played = select(_unlisted.game_key).where(_unlisted.game_key.in_(keys)).distinct()
            played_hashes = [model.hash_of_key(key) for key in conn.scalars(played)]
            games = current_games.by_hash(conn, played_hashes) if played_hashes else {}
            return hashes, {model.unlisted_key(one): game for one, game in games.items()}

        hashes, learned = sql.read(load)
        yield from sorted(learned.items())
        if len(hashes) < HASHES_PER_PAGE:
            return
        after = hashes[-1]


def move_merged(until: float) -> dict[str, int]:
    """Move play of merged games to their survivors, until the monotonic time `until`.

    Every call checks all merged games, so the next call finds play that was rolled up during a
    merge. Returns how many pairs of player and game were moved, and whether all pairs were moved (0
    or 1).
    """
    moved = 0
    for game_id, survivor in sql.read(lambda conn: conn.execute(current_games.MERGED).all()):
        query = select(_stats.uid).where(_stats.game_key == str(game_id))
        for uid in _players(query):
            if time.monotonic() >= until:
                return {"moved": moved, "finished": 0}
            begin = partial(_first_played, uid, str(game_id))
            moved += _move_player(uid, str(game_id), str(survivor), begin)
    return {"moved": moved, "finished": 1}


def _first_played(uid: str, game_key: str, tx: Connection) -> datetime:
    """Return when the player first played the game; raise NothingToMove if never.

    An erasure request that covers this play is always made after that time.
    """
    mine = (_stats.uid == uid, _stats.game_key == game_key, _stats.revision > 0)
    old = tx.execute(select(player_stats).where(*mine)).one_or_none()
    if old is None:
        raise NothingToMove
    moment: datetime = old.first_played_at or old.last_ended_at
    return moment


def _move_player(
    uid: str, game_key: str, game_id: str, begin: Callable[[Connection], datetime]
) -> bool:
    """Move one player's play from a key to a game; return False if there is none to move.

    begin: a function that is called after the player's stats rows are locked. The function returns
        the earliest time at which an erasure request cancels the move, or raises NothingToMove.
    """
    now = clock.now()

    def work(tx: Connection) -> None:
        sql.safe_to_retry_commit()  # a retry finds nothing more to move
        _move(tx, uid, game_key, game_id, now, begin)

    try:
        sql.transact(work)
    except NothingToMove:
        return False
    projections.project_due(stats.KIND, [(uid, game_id), (uid, game_key)])
    return True


def _move(  # noqa: PLR0913, PLR0917  what moves, where to, and when
    tx: Connection,
    uid: str,
    game_key: str,
    game_id: str,
    now: datetime,
    begin: Callable[[Connection], datetime],
) -> None:
    locked = playtime.lock(tx, uid, [game_id, game_key])
    old, is_new = locked[game_key], locked[game_id].revision == 0
    since = begin(tx)
    ended = old.last_ended_at and model.to_ms(old.last_ended_at)
    play = Play(playtime.load_all_runs(tx, uid, game_key), ended)
    playtime.record(tx, uid, {game_id: play}, now)
    folded = _move_frozen_days(tx, uid, game_key, game_id, now)
    revision = _add_to_stats(tx, game_id, old, folded)
    for table in (play_intervals, playtime_days, player_stats):
        tx.execute(delete(table).where(table.c.uid == uid, table.c.game_key == game_key))
    stats.record_new_players(tx, [game_id] if is_new else [])
    stats.mark_due(tx, uid, {game_id: revision}, ended={game_id})
    projections.mark_gone(tx, stats.KIND, (uid, game_key))
    if erasure_gate.erased_since(tx, uid, since):
        raise NothingToMove


def _move_frozen_days(tx: Connection, uid: str, game_key: str, game_id: str, now: datetime) -> int:
    """Add frozen day totals, whose runs may be folded, to the game's days; return their sum in ms.

    Totals do not record overlap, so time played under both keys at once counts twice.
    """
    frozen = select(_days.day, _days.play_ms).where(
        _days.uid == uid, _days.game_key == game_key, _days.day < playtime.first_unfrozen_day(now)
    )
    totals: dict[date, int] = {row.day: row.play_ms for row in tx.execute(frozen)}
    rows = [
        {"uid": uid, "game_key": game_id, "day": day, "play_ms": ms} for day, ms in totals.items()
    ]
    added = _days.play_ms + literal_column("VALUES(`play_ms`)")
    sql.upsert(tx, playtime_days, rows, {"play_ms": added})
    return sum(totals.values())


def _add_to_stats(tx: Connection, game_id: str, old: Row[Any], folded: int) -> int:
    """Add to the game's stats the play that the moved runs lack; return the new revision."""
    new = playtime.lock(tx, old.uid, [game_id])[game_id]
    values = {
        "revision": new.revision + 1,
        "play_ms": new.play_ms + folded,
        "first_played_at": min(_not_none(new.first_played_at, old.first_played_at), default=None),
        "last_played_at": max(_not_none(new.last_played_at, old.last_played_at), default=None),
    }
    mine = (player_stats.c.uid == old.uid, player_stats.c.game_key == game_id)
    tx.execute(update(player_stats).where(*mine).values(values))
    return int(new.revision + 1)


def _not_none(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _players(query: Select[Any]) -> Iterator[str]:
    """Yield the uids that a query selects, in order, loading them page by page."""
    uid, after = query.selected_columns[0], ""
    while True:
        page = query.where(uid > after).order_by(uid).limit(PLAYERS_PER_PAGE)
        uids = sql.read(lambda conn, page=page: list(conn.scalars(page)))  # type: ignore[misc]
        yield from uids
        if len(uids) < PLAYERS_PER_PAGE:
            return
        after = uids[-1]
