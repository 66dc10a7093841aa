"""Finds games by words in their names.

Results are ranked in this order: exact titles, exact other names, games whose words start with the
search terms, and games with a word that starts with the joined terms ("star craft" finds
"StarCraft"). Each rank is read from one index, popular games first. A page reads at most
`MAX_PLACES_READ` index entries, regardless of the catalog's size. A page may therefore be short or
even empty although another page follows.
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


MAX_PLACES_READ = 200


class Place(NamedTuple):
    """A game's position in a query's results, as stored in cursors."""

    rank: Annotated[int, Field(ge=0, le=9)]
    tier: Annotated[int, Field(ge=0, le=255)]
    game_id: Annotated[int, Field(ge=0, lt=2**63)]


START = Place(0, 0, 0)


def identity(key: str) -> str:
    """Return the hash that ties a cursor to its query."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def list_page(
    conn: Connection, key: str, after: Place | None, limit: int
) -> tuple[list[Game], Place | None]:
    """Return up to `limit` results for a `name_key`, and the last place if more may follow."""
    matches, last = _search_from(conn, Query.of(key), after or START, limit + 1)
    if len(matches) > limit:
        last = matches[limit - 1][0]
    return [game for _, game in matches[:limit]], last


def _search_from(
    conn: Connection, query: Query, after: Place, wanted: int
) -> tuple[list[tuple[Place, Game]], Place | None]:
    """Read places until enough games match; return the games and the last place, or None.

    Reads as many places as games are wanted. If too few games match, reads the rest of
    `MAX_PLACES_READ`. The last place is None at the end of the results.
    """
    matches: list[tuple[Place, Game]] = []
    for size in (wanted, MAX_PLACES_READ - wanted):
        more, last = _read_places(conn, query, after, size, wanted - len(matches))
        matches += more
        if last is None or len(matches) >= wanted:
            return matches, last
        after = last
    return matches, after


def _read_places(
    conn: Connection, query: Query, after: Place, size: int, wanted: int
) -> tuple[list[tuple[Place, Game]], Place | None]:
    """Read the next `size` places; return the matches and the last place, or None at the end."""
    lookups = [lookup for lookup in query.lookups if lookup.rank >= after.rank]
    if not lookups:
        return [], None
    params: dict[str, Any] = {"size": size, "wanted": wanted + 1}
    for rank, texts in enumerate(query.required):
        params |= {f"text{rank}_{number}": text for number, text in enumerate(texts)}
    for part, (rank, prefix) in enumerate(lookups):
        _, tier, game = after if rank == after.rank else START
        params |= {f"prefix{part}": prefix, f"tier{part}": tier, f"game{part}": game}
    statement = _statement(
        tuple(lookup.rank for lookup in lookups), tuple(map(len, query.required))
    )
    matches: dict[Place, Game] = {}
    last = None
    for rank, tier, game_id, number, is_match, title, revision in conn.execute(statement, params):
        place = Place(rank, tier, game_id)
        if is_match:
            matches[place] = Game(game_id=str(game_id), title=title, revision=revision)
        if number == size:
            last = place
    return sorted(matches.items()), last


@cache
def _statement(ranks: tuple[int, ...], required: tuple[int, ...]) -> Select[Any]:
    """Return the SQL statement that selects the matching places and the page's last place.

    A game counts as a match only at the place with its best rank.

    ranks: the rank of each lookup.
    required: the number of strings that each rank requires.
    """
    at = _places(ranks)
    matches = (
        and_(*(func.instr(_search.words, bindparam(f"text{rank}_{n}")) > 0 for n in range(count)))
        for rank, count in enumerate(required)
    )
    best_rank = case(*((match, rank) for rank, match in enumerate(matches)))
    is_match = func.coalesce(best_rank == at.rank_, 0)
    return (
        select(*at, is_match, games.c.title, games.c.revision)
        .outerjoin(game_search, _search.game_id == at.game_id)
        .outerjoin(games, games.c.game_id == _search.game_id)
        .where(or_(is_match, at.number == bindparam("size", type_=Integer)))
        .order_by(at.number)
        .limit(bindparam("wanted", type_=Integer))
    )


def _places(ranks: tuple[int, ...]) -> Any:
    """Return the columns of a subquery that numbers the next places from 1."""
    size = bindparam("size", type_=Integer)
    parts = []
    for part, rank in enumerate(ranks):
        tier = bindparam(f"tier{part}", type_=Integer)
        is_later = or_(
            and_(_at.tier == tier, _at.game_id > bindparam(f"game{part}")), _at.tier > tier
        )
        parts.append(
            select(literal_column(str(rank)).label("rank_"), _at.tier, _at.game_id)
            .where(_at.prefix == bindparam(f"prefix{part}"), is_later)
            .order_by(_at.tier, _at.game_id)
            .limit(size)
        )
    # UNION removes duplicates: a game may be listed under several prefixes of one rank.
    listed = union(*parts).subquery("listed").c
    order = (listed.rank_, listed.tier, listed.game_id)
    number = func.row_number().over(order_by=order).label("number")
    return select(*order, number).order_by(*order).limit(size).subquery("at").c
