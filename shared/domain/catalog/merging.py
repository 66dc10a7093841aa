"""Merges a game into another one, which is called the survivor.

A batch job later moves the playtime to the survivor. `current_games` maps the old id to the
survivor. If a survivor is later merged, the games merged into it are redirected to the new
survivor, so every old id resolves in one step.
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
    """Merge a game into another; merging the same pair again changes nothing.

    Raises NotFound for an unknown game. Raises Conflict if both ids are the same or either game was
    already merged.
    """
    versioning.lock(tx)
    if game_id == into:
        raise errors.Conflict("a game cannot be merged into itself")
    both = _games.game_id.in_([game_id, into])
    rows = {row.game_id: row for row in tx.execute(select(games).where(both))}
    for id_ in (game_id, into):
        if id_ not in rows:
            raise errors.NotFound(f"no game has the id {id_}")
    if rows[game_id].merged_into == into:
        return
    for id_ in (game_id, into):
        if rows[id_].merged_into is not None:
            raise errors.Conflict(f"game {id_} was merged into game {rows[id_].merged_into}")
    moved = _move_facts(tx, game_id, into) | _copy_titles_and_art(tx, rows[game_id], rows[into])
    for table in (game_builds, tools):
        tx.execute(update(table).where(table.c.game_id == game_id).values(game_id=into))
    redirected = or_(_games.game_id == game_id, _games.merged_into == game_id)
    tx.execute(update(games).where(redirected).values(merged_into=into))
    facts.bump_revisions(tx, [game_id, into], clock.now())
    index.update(tx, [game_id, into])
    versioning.bump(tx)
    audit.record(tx, actor, "games.merge", str(game_id), {"into": str(into), "moved": moved})


def _move_facts(tx: Connection, game_id: int, into: int) -> dict[str, list[str]]:
    """Move names, store ids and programs to the survivor; return those that are new to it."""
    stored = facts.load(tx, [game_id, into])
    added = stored[game_id].additions_to(stored[into])
    facts.remove(tx, game_id, stored[game_id])
    facts.write(tx, {into: added})
    return added.describe()


def _copy_titles_and_art(
    tx: Connection, merged: Row[Any], survivor: Row[Any]
) -> dict[str, list[str]]:
    """Copy the translated titles and the art that the survivor lacks; return their keys."""
    titles, art = _decode(survivor.titles), _decode(survivor.art)
    new_titles = {tag: t for tag, t in _decode(merged.titles).items() if tag not in titles}
    new_art = {
        kind: {"colour": picture["colour"], "sizes": picture["sizes"]}
        for kind, picture in _decode(merged.art).items()
        if "sizes" in picture and "sizes" not in art.get(kind, {})
    }
    values = {}
    if new_titles:
        values["titles"] = _encode(titles | new_titles)
    if new_art:
        values["art"] = _encode(art | {k: art.get(k, {}) | one for k, one in new_art.items()})
    if values:
        tx.execute(update(games).where(_games.game_id == survivor.game_id).values(**values))
    return {"titles": sorted(new_titles), "art": sorted(new_art)}


def _decode(column: str | None) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(column or "{}")
    return values


def _encode(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
