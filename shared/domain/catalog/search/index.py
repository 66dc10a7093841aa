"""Writes the search index: each game's tier and words, and the prefixes it is listed under."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
)

from shared.domain.catalog.search.words import collect, prefixes
from shared.runtime import sql
from shared.schema.catalog import game_names, game_prefixes, game_search, game_stores, games

LEAST_POPULAR = 40
"""The tier of a game without players, store ids and aliases; 0 is the most popular tier."""
PLAYER_WEIGHT = 8
GAMES_PER_DELETE = 50

_at, _search, _names, _stores = game_prefixes.c, game_search.c, game_names.c, game_stores.c
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)

_INDEXED = select(game_search).where(_search.game_id.in_(_IDS))
_GAMES = select(games.c.game_id, games.c.title, games.c.titles, games.c.players).where(
    games.c.game_id.in_(_IDS), games.c.merged_into.is_(None)
)
_ALIASES = select(_names.game_id, _names.name).where(
    _names.game_id.in_(_IDS), _names.is_title.is_(False)
)
_STORE_IDS = (
    select(_stores.game_id, func.count().label("ids"))
    .where(_stores.game_id.in_(_IDS))
    .group_by(_stores.game_id)
)


class _Entry(NamedTuple):
    """A game's row in `game_search`."""

    tier: int
    words: str

    def rows(self, game_id: int) -> Iterator[tuple[str, int, int]]:
        """Yield the game's rows in `game_prefixes`."""
        return ((prefix, self.tier, game_id) for prefix in prefixes(self.words))


def tier(players: int, evidence: int) -> int:
    """Return a game's popularity tier; `evidence` is the number of its store ids and aliases.

    The player count doubles from one tier to the next, so games rarely change tiers.
    """
    return max(0, LEAST_POPULAR - (players * PLAYER_WEIGHT + evidence).bit_length())


def update(tx: Connection, game_ids: Iterable[int]) -> bool:
    """Update the index entries of these games; return whether any changed.

    Call this function after `versioning.lock` in every transaction that merges games or changes
    their names, store ids or players. A missing entry is created.
    """
    ids = sorted(set(game_ids))
    old, new = _stored_entries(tx, ids), _current_entries(tx, ids)
    changed = [id_ for id_ in ids if old.get(id_) != new.get(id_)]
    before = {row for id_ in changed if id_ in old for row in old[id_].rows(id_)}
    after = {row for id_ in changed if id_ in new for row in new[id_].rows(id_)}
    _delete_prefixes(tx, before - after)
    added = [dict(zip(_at.keys(), row, strict=True)) for row in sorted(after - before)]
    sql.insert_ignore(tx, game_prefixes, added)
    written = [{"game_id": id_, **new[id_]._asdict()} for id_ in changed if id_ in new]
    sql.upsert(tx, game_search, written, ["tier", "words"])
    removed = [id_ for id_ in changed if id_ not in new]
    if removed:
        tx.execute(delete(game_search).where(_search.game_id.in_(removed)))
    return bool(changed)


def _stored_entries(tx: Connection, ids: Sequence[int]) -> dict[int, _Entry]:
    rows = tx.execute(_INDEXED, {"ids": ids})
    return {row.game_id: _Entry(row.tier, row.words) for row in rows}


def _current_entries(tx: Connection, ids: Sequence[int]) -> dict[int, _Entry]:
    """Return the entries that the games should have; a merged game has none."""
    params = {"ids": ids}
    aliases: dict[int, list[str]] = defaultdict(list)
    for game_id, name in tx.execute(_ALIASES, params):
        aliases[game_id].append(name)
    stores = {row.game_id: row.ids for row in tx.execute(_STORE_IDS, params)}
    entries = {}
    for game_id, title, titles, players in tx.execute(_GAMES, params):
        names = sorted(aliases[game_id])
        evidence = stores.get(game_id, 0) + len(names)
        translated = json.loads(titles).values() if titles else ()
        entries[game_id] = _Entry(tier(players, evidence), collect(title, [*names, *translated]))
    return entries


def _delete_prefixes(tx: Connection, rows: Iterable[tuple[str, int, int]]) -> None:
    prefixes_: dict[tuple[int, int], list[str]] = defaultdict(list)
    for prefix, tier_, game_id in rows:
        prefixes_[game_id, tier_].append(prefix)
    keys = sorted(prefixes_)
    for start in range(0, len(keys), GAMES_PER_DELETE):
        conditions = [
            and_(_at.game_id == id_, _at.tier == tier_, _at.prefix.in_(prefixes_[id_, tier_]))
            for id_, tier_ in keys[start : start + GAMES_PER_DELETE]
        ]
        tx.execute(delete(game_prefixes).where(or_(*conditions)))
