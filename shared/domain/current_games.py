"""Resolves the ids of merged games and the hashes of programs to current games."""

from collections.abc import Iterable, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from shared.schema.catalog import game_executables, games

_games, _executable = games.c, game_executables.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)

MERGED = select(_games.game_id, _games.merged_into).where(_games.merged_into.is_not(None))
"""Selects each merged game with its survivor."""

_SURVIVORS = MERGED.where(_games.game_id.in_(_IDS))


def survivors(conn: Connection, game_ids: Iterable[int]) -> dict[int, int]:
    """Return the survivor of each given game that was merged, by game id."""
    rows = conn.execute(_SURVIVORS, {"ids": list(game_ids)})
    return {row.game_id: row.merged_into for row in rows}


def survivor(conn: Connection, game_id: int) -> int | None:
    """Return the game that this game was merged into, or None."""
    return survivors(conn, [game_id]).get(game_id)


def by_hash(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, str]:
    """Map each suffix hash that belongs to exactly one game to its id, ignoring launchers."""
    rows = conn.execute(
        select(
            _executable.suffix_hash, func.min(_executable.game_id), func.max(_executable.game_id)
        )
        .where(_executable.suffix_hash.in_(hashes), _executable.is_launcher.is_(False))
        .group_by(_executable.suffix_hash)
    )
    return {row[0]: str(row[1]) for row in rows if row[1] == row[2]}
