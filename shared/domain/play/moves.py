"""What was played under one key moves to another: a program was learnt, or games were merged."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, literal_column, select, update

from shared.domain import erasure_gate
from shared.domain.catalog import popularity
from shared.domain.play import intervals, playtime, stats
from shared.domain.play.playtime import Play
from shared.runtime import clock, projections, sql
from shared.schema.play import play_intervals, player_stats, playtime_days

PLAYERS_A_PAGE = 100

_days = playtime_days.c


class NothingToMove(Exception):
    """Another call moved it, or the player asked to be erased."""


def move(uid: str, game_key: str, game_id: str, begin: Callable[[Connection], datetime]) -> bool:
    """Move one player's play from a key to a game; False when there is nothing to move.

    begin: called once the player's stats are locked; returns a moment after which an erasure must
    not find the rows again, or raises NothingToMove.
    """
    now = clock.now()

    def work(tx: Connection) -> None:
        sql.replay_finds_it()  # a second run finds nothing left to move
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
    ended = old.last_ended_at and intervals.to_ms(old.last_ended_at)
    play = Play(playtime.sessions_of(tx, uid, game_key), ended)
    playtime.record(tx, uid, {game_id: play}, now)
    folded = _move_frozen_days(tx, uid, game_key, game_id, now)
    revision = _add_to_stats(tx, game_id, old, folded)
    for table in (play_intervals, playtime_days, player_stats):
        tx.execute(delete(table).where(table.c.uid == uid, table.c.game_key == game_key))
    popularity.note(tx, [game_id] if is_new else [])
    stats.owe(tx, uid, {game_id: revision}, ended={game_id})
    projections.mark_gone(tx, stats.KIND, (uid, game_key))
    if erasure_gate.erased_since(tx, uid, since):
        raise NothingToMove


def _move_frozen_days(tx: Connection, uid: str, game_key: str, game_id: str, now: datetime) -> int:
    """Add the day totals that have no runs any more to the game's; return their sum in ms.

    Two devices at once cannot be seen in totals; where both were played, both count.
    """
    frozen = select(_days.day, _days.play_ms).where(
        _days.uid == uid, _days.game_key == game_key, _days.day < playtime.frozen_before(now)
    )
    totals: dict[date, int] = {row.day: row.play_ms for row in tx.execute(frozen)}
    rows = [
        {"uid": uid, "game_key": game_id, "day": day, "play_ms": ms} for day, ms in totals.items()
    ]
    added = _days.play_ms + literal_column("VALUES(`play_ms`)")
    sql.upsert(tx, playtime_days, rows, {"play_ms": added})
    return sum(totals.values())


def _add_to_stats(tx: Connection, game_id: str, old: Row[Any], folded: int) -> int:
    """Add what the runs did not tell to the game's stats; return the new revision."""
    new = playtime.lock(tx, old.uid, [game_id])[game_id]
    values = {
        "revision": new.revision + 1,
        "play_ms": new.play_ms + folded,
        "first_played_at": min(_known(new.first_played_at, old.first_played_at), default=None),
        "last_played_at": max(_known(new.last_played_at, old.last_played_at), default=None),
    }
    mine = (player_stats.c.uid == old.uid, player_stats.c.game_key == game_id)
    tx.execute(update(player_stats).where(*mine).values(values))
    return int(new.revision + 1)


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def players(of_key: Select[Any]) -> Iterator[str]:
    """Yield the uids that a query finds, page by page in their order."""
    uid, after = of_key.selected_columns[0], ""
    while True:
        page = of_key.where(uid > after).order_by(uid).limit(PLAYERS_A_PAGE)
        uids = sql.read(lambda conn, page=page: list(conn.scalars(page)))  # type: ignore[misc]
        yield from uids
        if len(uids) < PLAYERS_A_PAGE:
            return
        after = uids[-1]
