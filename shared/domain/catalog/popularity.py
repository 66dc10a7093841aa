"""How popular games are: by how many players played each.

The roll-up appends a row for each player who is new to a game, so that no row of a game is
everyone's; `fold` adds them up from time to time.
"""

import time
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, case, delete, insert, select, update

from shared.domain.catalog import reading
from shared.domain.catalog.search import index
from shared.domain.metrics import ROLL_UP_SIZE
from shared.runtime import metrics, sql
from shared.schema.catalog import games, new_players

ROWS_A_BATCH = 2000

_new = new_players.c
_NOTE = insert(new_players)
_SOME = select(_new.new_player_id, _new.game_id).order_by(_new.new_player_id).limit(ROWS_A_BATCH)


def note(tx: Connection, game_keys: Iterable[str]) -> None:
    """Remember that a player played each of these games for the first time."""
    rows = [{"game_id": int(key)} for key in game_keys]
    if rows:
        tx.execute(_NOTE, rows)


def fold_all(until: float) -> int:
    """Fold batch by batch until nothing is left or `until` (monotonic seconds)."""
    folded = batch = fold()
    while batch == ROWS_A_BATCH and time.monotonic() < until:
        batch = fold()
        folded += batch
    return folded


def fold() -> int:
    """Add a batch of what was noted to the games' players; return how many notes it took.

    Two at once take turns, and a batch that died is taken again whole.
    """
    folded = sql.transact(_fold)
    if folded:
        metrics.observe(ROLL_UP_SIZE, folded)
    return folded


def _fold(tx: Connection) -> int:
    reading.lock_version(tx)
    noted = {row.new_player_id: row.game_id for row in tx.execute(_SOME)}
    if not noted:
        return 0
    # By their ids: one with a smaller id than these may be committed any moment.
    tx.execute(delete(new_players).where(_new.new_player_id.in_(list(noted))))
    came = Counter(noted.values())
    grown = games.c.players + case(came, value=games.c.game_id)
    tx.execute(update(games).where(games.c.game_id.in_(list(came))).values(players=grown))
    if index.index(tx, came):
        reading.bump_version(tx)
    return len(noted)
