"""Two games that are one: all that is known of one goes to the other, and play follows.

What its old id means from then on, `merged` says. A survivor that is merged itself takes those
along that were merged into it, so one step leads from any of them to the end.
"""

import json
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from shared.domain import audit
from shared.domain.catalog import facts, versioning
from shared.domain.catalog.search import index
from shared.runtime import clock, errors
from shared.schema.catalog import game_builds, games
from shared.schema.tools import tools

_games = games.c


def merge(tx: Connection, game_id: int, into: int, actor: str) -> None:
    """Merge a game into another; again changes nothing.

    Raises NotFound, or Conflict when either is merged already or both are one.
    """
    versioning.lock(tx)
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
    moved = _move_facts(tx, game_id, into) | _share_shown(tx, found[game_id], found[into])
    for table in (game_builds, tools):
        tx.execute(update(table).where(table.c.game_id == game_id).values(game_id=into))
    leading_here = or_(_games.game_id == game_id, _games.merged_into == game_id)
    tx.execute(update(games).where(leading_here).values(merged_into=into))
    facts.touch(tx, [game_id, into], clock.now())
    index.update(tx, [game_id, into])
    versioning.bump(tx)
    audit.record(tx, actor, "games.merge", str(game_id), {"into": str(into), "moved": moved})


def _move_facts(tx: Connection, game_id: int, into: int) -> dict[str, list[str]]:
    """Move names, store ids and programs; return those that the survivor did not have."""
    known = facts.known(tx, [game_id, into])
    more = known[game_id].beyond(known[into])
    facts.remove(tx, game_id, known[game_id])
    facts.write(tx, {into: more})
    return more.listed()


def _share_shown(tx: Connection, loser: Row[Any], survivor: Row[Any]) -> dict[str, list[str]]:
    """Let the survivor show the titles and the art that it lacks; return in what and of what."""
    titles, art = _read(survivor.titles), _read(survivor.art)
    more_titles = {tag: one for tag, one in _read(loser.titles).items() if tag not in titles}
    more_art = {
        kind: {"colour": one["colour"], "sizes": one["sizes"]}
        for kind, one in _read(loser.art).items()
        if "sizes" in one and "sizes" not in art.get(kind, {})
    }
    values = {}
    if more_titles:
        values["titles"] = _text(titles | more_titles)
    if more_art:
        values["art"] = _text(art | {k: art.get(k, {}) | one for k, one in more_art.items()})
    if values:
        tx.execute(update(games).where(_games.game_id == survivor.game_id).values(**values))
    return {"titles": sorted(more_titles), "art": sorted(more_art)}


def _read(column: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(column or "{}")
    return found


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
