"""Games that were merged: their old ids lead to the survivor, and play follows.

Readers are redirected (`survivor`), play that is reported under an old id counts for the survivor
(`resolve`), and what was played before moves player by player (`move_play`).
"""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import BindParameter, Connection, bindparam, select

from shared.domain import game_keys, moves
from shared.domain.playtime import Play
from shared.runtime import sql
from shared.schema.catalog import games
from shared.schema.play import player_stats

_games, _stats = games.c, player_stats.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_MERGED = select(_games.game_id, _games.merged_into).where(_games.merged_into.is_not(None))
_OF_THESE = _MERGED.where(_games.game_id.in_(_IDS))


def survivors(conn: Connection, game_ids: Iterable[int]) -> dict[int, int]:
    """Return what those of these games were merged into that are merged."""
    found = conn.execute(_OF_THESE, {"ids": list(game_ids)})
    return {row.game_id: row.merged_into for row in found}


def survivor(conn: Connection, game_id: int) -> int | None:
    """Return what a game was merged into, or None."""
    return survivors(conn, [game_id]).get(game_id)


def resolve(tx: Connection, plays: Mapping[str, Play]) -> dict[str, Play]:
    """Return the plays with each merged game replaced by its survivor."""
    ids = [int(key) for key in plays if not game_keys.is_unlisted(key)]
    found = {str(old): str(new) for old, new in survivors(tx, ids).items()} if ids else {}
    resolved: dict[str, Play] = {}
    for key, play in plays.items():
        resolved.setdefault(found.get(key, key), Play()).add(play)
    return resolved


def move_play(until: float) -> dict[str, int]:
    """Move what was played of merged games to their survivors.

    Looks at all merged games each time: a session that was being rolled up while its game was
    merged is found by the next call. Each player and game moves in a transaction of its own, so it
    may stop anywhere; stops at `until` (monotonic seconds).
    """
    moved = 0
    for game_id, into in sql.read(lambda conn: conn.execute(_MERGED).all()):
        of_game = select(_stats.uid).where(_stats.game_key == str(game_id))
        for uid in moves.players(of_game):
            if time.monotonic() >= until:
                return {"moved": moved, "finished": 0}
            begin = partial(_first_played, uid, str(game_id))
            moved += moves.move(uid, str(game_id), str(into), begin)
    return {"moved": moved, "finished": 1}


def _first_played(uid: str, game_key: str, tx: Connection) -> datetime:
    """Return when the player first played the game; NothingToMove when he never did.

    A player whose account is being erased asked for it later than that.
    """
    mine = (_stats.uid == uid, _stats.game_key == game_key, _stats.revision > 0)
    old = tx.execute(select(player_stats).where(*mine)).one_or_none()
    if old is None:
        raise moves.NothingToMove
    moment: datetime = old.first_played_at or old.last_ended_at
    return moment
