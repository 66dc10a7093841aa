"""Two games that are one: all that is known of one goes to the other, and play follows.

What its old id means from then on, `merged` says. A survivor that is merged itself takes those
along that were merged into it, so one step leads from any of them to the end.
"""

from sqlalchemy import Connection, or_, select, update

from shared.domain import audit, catalog, game_facts, search
from shared.runtime import clock, errors
from shared.schema.catalog import game_builds, games
from shared.schema.tools import tools

_games = games.c


def merge(tx: Connection, game_id: int, into: int, actor: str) -> None:
    """Merge a game into another; again changes nothing.

    Raises NotFound, or Conflict when either is merged already or both are one.
    """
    catalog.lock_version(tx)
    if game_id == into:
        raise errors.Conflict("a game cannot be merged into itself")
    ids = _games.game_id.in_([game_id, into])
    found = {row.game_id: row for row in tx.execute(select(games).where(ids))}
    for one in (game_id, into):
        if one not in found:
            raise errors.NotFound(f"no game has the id {one}")
    if found[game_id].merged_into == into:
        return
    for one in (game_id, into):
        if found[one].merged_into is not None:
            raise errors.Conflict(f"game {one} is merged into {found[one].merged_into}")
    moved = _move_facts(tx, game_id, into)
    for table in (game_builds, tools):
        tx.execute(update(table).where(table.c.game_id == game_id).values(game_id=into))
    leading_here = or_(_games.game_id == game_id, _games.merged_into == game_id)
    tx.execute(update(games).where(leading_here).values(merged_into=into))
    game_facts.touch(tx, [game_id, into], clock.now())
    search.index(tx, [game_id, into])
    catalog.bump_version(tx)
    audit.record(tx, actor, "games.merge", str(game_id), {"into": str(into), "moved": moved})


def _move_facts(tx: Connection, game_id: int, into: int) -> dict[str, list[str]]:
    """Move names, store ids and programs; return those that the survivor did not have."""
    known = game_facts.known(tx, [game_id, into])
    more = known[game_id].beyond(known[into])
    game_facts.remove(tx, game_id, known[game_id])
    game_facts.write(tx, {into: more})
    return more.listed()
