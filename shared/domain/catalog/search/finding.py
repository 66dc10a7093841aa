"""Search: games by any words of their names, popular games before obscure ones.

Exact titles come first, then exact names, then games that have all words, each possibly only begun;
last those that have the words in one piece ("star craft"). Each of these ranks is read in order of
popularity from one index, and a page looks at `MOST_LOOKED_AT` games at most: it may be short, even
empty, and still have a next page. So its work does not grow with the catalog.
"""

import hashlib
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import (
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union,
)

from shared.domain.catalog.reading import Game
from shared.domain.catalog.search.words import Query
from shared.schema.catalog import game_prefixes, game_search, games

_at, _search = game_prefixes.c, game_search.c


MOST_LOOKED_AT = 200


class Place(NamedTuple):
    """Where a game stands in what a query finds; cursors hold it."""

    rank: Annotated[int, Field(ge=0, le=9)]
    tier: Annotated[int, Field(ge=0, le=255)]
    game_id: Annotated[int, Field(ge=0, lt=2**63)]


START = Place(0, 0, 0)


def identity(key: str) -> str:
    """Return what the cursors of a query are known by."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def list_page(
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
