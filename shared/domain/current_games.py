"""Games that were merged: what their old ids mean now."""

from collections.abc import Iterable

from sqlalchemy import BindParameter, Connection, bindparam, select

from shared.schema.catalog import games

_games = games.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)

ALL = select(_games.game_id, _games.merged_into).where(_games.merged_into.is_not(None))
"""Each merged game with its survivor."""

_OF_THESE = ALL.where(_games.game_id.in_(_IDS))


def survivors(conn: Connection, game_ids: Iterable[int]) -> dict[int, int]:
    """Return what those of these games were merged into that are merged."""
    found = conn.execute(_OF_THESE, {"ids": list(game_ids)})
    return {row.game_id: row.merged_into for row in found}


def survivor(conn: Connection, game_id: int) -> int | None:
    """Return what a game was merged into, or None."""
    return survivors(conn, [game_id]).get(game_id)
