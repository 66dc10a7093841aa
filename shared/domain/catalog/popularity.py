"""Counts the players who have played each game.

The session roll-up appends a row for each player who is new to a game. The batch job `fold` adds
these rows to the games' player counts.
"""

import time
from collections import Counter

from sqlalchemy import Connection, case, delete, select, update

from shared.domain.catalog import versioning
from shared.domain.catalog.search import index
from shared.domain.metrics import ROLL_UP_SIZE
from shared.runtime import metrics, sql
from shared.schema.catalog import games
from shared.schema.play import new_players

ROWS_PER_BATCH = 2000

_new = new_players.c
_SOME = select(_new.new_player_id, _new.game_id).order_by(_new.new_player_id).limit(ROWS_PER_BATCH)


def fold(until: float) -> int:
    """Fold rows until none remain or the monotonic time `until` is reached; return their number."""
    folded = batch = fold_batch()
    while batch == ROWS_PER_BATCH and time.monotonic() < until:
        batch = fold_batch()
        folded += batch
    return folded


def fold_batch() -> int:
    """Add a batch of rows to the player counts and delete the rows; return the batch size.

    Concurrent calls run one at a time. A batch is folded in one transaction, so a crash never
    counts a row twice.
    """
    folded = sql.transact(_fold)
    if folded:
        metrics.observe(ROLL_UP_SIZE, folded)
    return folded


def _fold(tx: Connection) -> int:
    versioning.lock(tx)
    new = {row.new_player_id: row.game_id for row in tx.execute(_SOME)}
    if not new:
        return 0
    # Delete by id, not by range: rows with smaller ids may still be committed.
    tx.execute(delete(new_players).where(_new.new_player_id.in_(list(new))))
    added = Counter(new.values())
    players = games.c.players + case(added, value=games.c.game_id)
    tx.execute(update(games).where(games.c.game_id.in_(list(added))).values(players=players))
    if index.update(tx, added):
        versioning.bump(tx)
    return len(new)
