"""Search: games by any words of their names, the popular before the obscure.

Exact titles come first, then exact names, then games that have all words, each as far as it is
typed; last those that have the words in one piece ("star craft"). Each of these ranks is read in
the order of popularity from one index, and a page looks at `MOST_LOOKED_AT` games at most: it
may be short, even empty, and go on. So its work does not grow with the catalog.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    union,
)

from shared.domain.catalog.reading import Game
from shared.domain.catalog.search import words as words_
from shared.domain.catalog.search.words import Query
from shared.runtime import sql
from shared.schema.catalog import game_names, game_prefixes, game_search, game_stores, games

MOST_LOOKED_AT = 200
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


class Place(NamedTuple):
    """Where a game stands in what a query finds; cursors hold it."""

    rank: Annotated[int, Field(ge=0, le=9)]
    tier: Annotated[int, Field(ge=0, le=255)]
    game_id: Annotated[int, Field(ge=0, lt=2**63)]


START = Place(0, 0, 0)


def identity(key: str) -> str:
    """Return what the cursors of a query are known by."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def page(
    conn: Connection, key: str, after: Place | None, limit: int
) -> tuple[list[Game], Place | None]:
    """Return up to `limit` games that a `name_key` finds, and where to go on or None."""
    found, last = _found(conn, Query.of(key), after or START, limit + 1)
    if len(found) > limit:
        last = found[limit - 1][0]
    return [game for _, game in found[:limit]], last


def _found(
    conn: Connection, query: Query, after: Place, wanted: int
) -> tuple[list[tuple[Place, Game]], Place | None]:
    """Return what is found by looking until there are as many as wanted, and the last looked at.

    None instead of that when there is no more.
    """
    found: list[tuple[Place, Game]] = []
    for size in (wanted, MOST_LOOKED_AT - wanted):
        met, last = _looked(conn, query, after, size, wanted - len(found))
        found += met
        if last is None or len(found) >= wanted:
            return found, last
        after = last
    return found, after


def _looked(
    conn: Connection, query: Query, after: Place, size: int, wanted: int
) -> tuple[list[tuple[Place, Game]], Place | None]:
    """Return what is found at the next places, so many, and the last of these if there are."""
    drivers = [driver for driver in query.drivers if driver.rank >= after.rank]
    if not drivers:
        return [], None
    asked: dict[str, Any] = {"size": size, "wanted": wanted + 1}
    for rank, texts in enumerate(query.needed):
        asked |= {f"text{rank}_{one}": text for one, text in enumerate(texts)}
    for part, (rank, prefix) in enumerate(drivers):
        _, level, game = after if rank == after.rank else START
        asked |= {f"prefix{part}": prefix, f"tier{part}": level, f"game{part}": game}
    statement = _look_behind(
        tuple(driver.rank for driver in drivers), tuple(map(len, query.needed))
    )
    met: dict[Place, Game] = {}
    last = None
    for rank, level, game_id, number, is_met, title, revision in conn.execute(statement, asked):
        place = Place(rank, level, game_id)
        if is_met:
            met[place] = Game(game_id=str(game_id), title=title, revision=revision)
        if number == size:
            last = place
    return sorted(met.items()), last


@cache
def _look_behind(ranks: tuple[int, ...], needed: tuple[int, ...]) -> Select[Any]:
    """Return the statement that looks at the first places under prefixes that lead to these ranks.

    Its rows are the games that stand at their places by as many needed texts; and the last place.
    """
    at = _places(ranks)
    meets = (
        and_(*(func.instr(_search.words, bindparam(f"text{rank}_{one}")) > 0 for one in range(of)))
        for rank, of in enumerate(needed)
    )
    best = case(*((met, rank) for rank, met in enumerate(meets)))
    is_met = func.coalesce(best == at.rank_, 0)
    return (
        select(*at, is_met, games.c.title, games.c.revision)
        .outerjoin(game_search, _search.game_id == at.game_id)
        .outerjoin(games, games.c.game_id == _search.game_id)
        .where(or_(is_met, at.number == bindparam("size", type_=Integer)))
        .order_by(at.number)
        .limit(bindparam("wanted", type_=Integer))
    )


def _places(ranks: tuple[int, ...]) -> Any:
    """Return the columns of the next places in order, numbered from 1."""
    size = bindparam("size", type_=Integer)
    parts = []
    for part, rank in enumerate(ranks):
        tier = bindparam(f"tier{part}", type_=Integer)
        behind = or_(
            and_(_at.tier == tier, _at.game_id > bindparam(f"game{part}")), _at.tier > tier
        )
        parts.append(
            select(literal_column(str(rank)).label("rank_"), _at.tier, _at.game_id)
            .where(_at.prefix == bindparam(f"prefix{part}"), behind)
            .order_by(_at.tier, _at.game_id)
            .limit(size)
        )
    # A game may be listed under several prefixes of one rank, and counts once.
    listed = union(*parts).subquery("listed").c
    order = (listed.rank_, listed.tier, listed.game_id)
    number = func.row_number().over(order_by=order).label("number")
    return select(*order, number).order_by(*order).limit(size).subquery("at").c


class _Entry(NamedTuple):
    """What a game is found by."""

    tier: int
    words: str

    def rows(self, game_id: int) -> Iterator[tuple[str, int, int]]:
        """Yield the game's rows in `game_prefixes`."""
        return ((prefix, self.tier, game_id) for prefix in words_.prefixes(self.words))


def tier(players: int, evidence: int) -> int:
    """Return where among the popular a game stands; `evidence`: its store ids and aliases.

    A game moves up each time that its players double, so it moves rarely.
    """
    return max(0, LEAST_POPULAR - (players * PLAYER_WEIGHT + evidence).bit_length())


def index(tx: Connection, game_ids: Iterable[int]) -> bool:
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
        found[game_id] = _Entry(
            tier(players, evidence), words_.of_names(title, [*names, *translated])
        )
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
