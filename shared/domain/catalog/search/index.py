"""Search: games by any words of their names, the popular before the obscure.

Exact titles come first, then exact names, then games that have all words, each as far as it is
typed; last those that have the words in one piece ("star craft"). Each of these ranks is read in
the order of popularity from one index, and a page looks at `MOST_LOOKED_AT` games at most: it
may be short, even empty, and go on. So its work does not grow with the catalog.
"""

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

from shared.domain.catalog.search.words import of_names, prefixes
from shared.runtime import sql
from shared.schema.catalog import game_names, game_prefixes, game_search, game_stores, games

LEAST_POPULAR = 40
"""The tier of a game of which nothing is known; 0 is the most popular."""
PLAYER_WEIGHT = 8
GAMES_A_DELETE = 50

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
    """What a game is found by."""

    tier: int
    words: str

    def rows(self, game_id: int) -> Iterator[tuple[str, int, int]]:
        """Yield the game's rows in `game_prefixes`."""
        return ((prefix, self.tier, game_id) for prefix in prefixes(self.words))


def tier(players: int, evidence: int) -> int:
    """Return where among the popular a game stands; `evidence`: its store ids and aliases.

    A game moves up each time that its players double, so it moves rarely.
    """
    return max(0, LEAST_POPULAR - (players * PLAYER_WEIGHT + evidence).bit_length())


def update(tx: Connection, game_ids: Iterable[int]) -> bool:
    """Write what these games are found by, where that differs; return whether it did.

    Whoever changes their names, store ids, players or merges them calls it in that transaction,
    behind `catalog.lock_version`. A game that was never indexed is one that differs.
    """
    ids = sorted(set(game_ids))
    old, new = _indexed(tx, ids), _wanted(tx, ids)
    changed = [game_id for game_id in ids if old.get(game_id) != new.get(game_id)]
    before = {row for one in changed if one in old for row in old[one].rows(one)}
    after = {row for one in changed if one in new for row in new[one].rows(one)}
    _delist(tx, before - after)
    listed = [dict(zip(_at.keys(), row, strict=True)) for row in sorted(after - before)]
    sql.insert_ignore(tx, game_prefixes, listed)
    written = [{"game_id": one, **new[one]._asdict()} for one in changed if one in new]
    sql.upsert(tx, game_search, written, ["tier", "words"])
    gone = [one for one in changed if one not in new]
    if gone:
        tx.execute(delete(game_search).where(_search.game_id.in_(gone)))
    return bool(changed)


def _indexed(tx: Connection, ids: Sequence[int]) -> dict[int, _Entry]:
    rows = tx.execute(_INDEXED, {"ids": ids})
    return {row.game_id: _Entry(row.tier, row.words) for row in rows}


def _wanted(tx: Connection, ids: Sequence[int]) -> dict[int, _Entry]:
    """Return what the games should be found by; a merged one is found by its survivor's names."""
    asked = {"ids": ids}
    aliases: dict[int, list[str]] = defaultdict(list)
    for game_id, name in tx.execute(_ALIASES, asked):
        aliases[game_id].append(name)
    stores = {row.game_id: row.ids for row in tx.execute(_STORE_IDS, asked)}
    found = {}
    for game_id, title, titles, players in tx.execute(_GAMES, asked):
        names = sorted(aliases[game_id])
        evidence = stores.get(game_id, 0) + len(names)
        translated = json.loads(titles).values() if titles else ()
        found[game_id] = _Entry(tier(players, evidence), of_names(title, [*names, *translated]))
    return found


def _delist(tx: Connection, rows: Iterable[tuple[str, int, int]]) -> None:
    listed: dict[tuple[int, int], list[str]] = defaultdict(list)
    for prefix, tier_, game_id in rows:
        listed[game_id, tier_].append(prefix)
    games_ = sorted(listed)
    for start in range(0, len(games_), GAMES_A_DELETE):
        some = [
            and_(_at.game_id == game_id, _at.tier == tier_, _at.prefix.in_(listed[game_id, tier_]))
            for game_id, tier_ in games_[start : start + GAMES_A_DELETE]
        ]
        tx.execute(delete(game_prefixes).where(or_(*some)))
