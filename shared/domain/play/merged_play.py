"""Play of merged games: what is reported counts for the survivor, what was played before moves."""

import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from shared.domain import current_games
from shared.domain import ids as game_keys
from shared.domain.play import moves
from shared.domain.play.playtime import Play
from shared.runtime import sql
from shared.schema.play import player_stats

_stats = player_stats.c


def resolve(tx: Connection, plays: Mapping[str, Play]) -> dict[str, Play]:
    """Return the plays with each merged game replaced by its survivor."""
    ids = [int(key) for key in plays if not game_keys.is_unlisted(key)]
    found = (
        {str(old): str(new) for old, new in current_games.survivors(tx, ids).items()} if ids else {}
    )
    resolved: dict[str, Play] = {}
    for key, play in plays.items():
        resolved.setdefault(found.get(key, key), Play()).add(play)
    return resolved


def move(until: float) -> dict[str, int]:
    """Move what was played of merged games to their survivors.

    Looks at all merged games each time: a session that was being rolled up while its game was
    merged is found by the next call. Each player and game moves in a transaction of its own, so it
    may stop anywhere; stops at `until` (monotonic seconds).
    """
    moved = 0
    for game_id, into in sql.read(lambda conn: conn.execute(current_games.ALL).all()):
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
