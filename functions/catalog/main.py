"""The public API of the game catalog.

The CDN and clients cache responses for 60 seconds. Each instance also caches responses in memory
until the catalog's version increases. An instance checks the version at most once every 5 seconds.
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field
from sqlalchemy import Connection

from shared.domain import current_games, locales, text
from shared.domain.catalog import reading, versioning
from shared.domain.catalog.reading import Game, GameDetail
from shared.domain.catalog.search import finding
from shared.domain.ids import GameId
from shared.domain.locales import Locale
from shared.domain.tools import published
from shared.domain.tools.published import BuildId, Tool
from shared.runtime import http, memory, sql

Query = Annotated[str, Field(max_length=100)]
FewTools = Annotated[int, Field(ge=1, le=50)]

SHARED = http.cache_control("public, max-age=60")

api = http.Api(__file__)
version = memory.Version(lambda: api.in_thread(sql.read, versioning.current))
pages: memory.Memory[http.Reply[Any]] = memory.Memory(1000, version)
details: memory.Memory[http.Reply[Any]] = memory.Memory(4000, version)


@api.get("/v1/games")
async def list_games(
    q: Query = "", locale: Locale = None, limit: http.Limit = 20, cursor: http.Cursor = None
) -> http.Reply[http.Page[Game]]:
    """List games by title, or search for games whose names contain every word of `q`.

    Each word in `q` is matched as a prefix of words in any language. Popular games are listed
    first. Without `q`, games are ordered by English title, regardless of `locale`. A page may be
    shorter than `limit`, or even empty; only the last page has no `next_cursor`.
    """
    wanted, key = locale and locale.lower(), text.name_key(q)
    query = finding.identity(key)
    place: Any = finding.Place if key else tuple[str, int]
    after = http.after(cursor, query, place)

    def look(conn: Connection) -> tuple[list[Game], tuple[Any, ...] | None]:
        found: tuple[list[Game], tuple[Any, ...] | None]
        found = (
            finding.list_page(conn, key, after, limit)
            if key
            else reading.list_page(conn, after, limit)
        )
        return reading.translate(conn, found[0], wanted), found[1]

    def load() -> http.Reply[http.Page[Game]]:
        items, following = sql.read(look)
        headers = {
            **SHARED,
            "Content-Language": locales.content_language(one.locale for one in items),
        }
        return http.Reply(http.page(items, query, following and (following,)), headers=headers)

    return await pages.get((query, wanted, after, limit), lambda: api.in_thread(load))


@api.get("/v1/games/{game_id}")
async def get_game(game_id: GameId, locale: Locale = None) -> http.Reply[GameDetail] | http.Moved:
    """Return one game with its aliases, store ids, executables and newest builds.

    If the game was merged into another, the response redirects to that game.
    """
    wanted = locale and locale.lower()

    def load() -> http.Reply[GameDetail]:
        moved = _moved(game_id, "", locale=locale)
        if moved is not None:
            return moved
        found = sql.read(lambda conn: reading.get(conn, int(game_id), wanted))
        return http.Reply(found, headers={**SHARED, "Content-Language": found.locale})

    return await details.get((game_id, wanted), lambda: api.in_thread(load))


@api.get("/v1/games/{game_id}/tools")
async def list_game_tools(
    game_id: GameId,
    build: BuildId = None,
    locale: Locale = None,
    limit: FewTools = 20,
    cursor: http.Cursor = None,
) -> http.Reply[http.Page[Tool]] | http.Moved:
    """List a game's tools, each with the newest version per channel that fits `build`.

    If the game was merged into another, the response redirects to that game.
    """
    asked, query = published.parse_params(locale, build), f"tools of {game_id}, build {build}"
    after = http.after(cursor, query, int) or 0

    def load() -> http.Reply[http.Page[Tool]]:
        # The redirect drops the cursor, which is valid only for the old game's list.
        moved = _moved(game_id, "/tools", build=build, locale=locale, limit=limit)
        if moved is not None:
            return moved
        found, last = sql.read(lambda c: published.list_page(c, int(game_id), asked, after, limit))
        headers = {**SHARED, "Content-Language": published.languages(found)}
        return http.Reply(http.page(found, query, last), headers=headers)

    return await pages.get((query, asked, after, limit), lambda: api.in_thread(load))


def _moved(game_id: str, rest: str, **asked: str | int | None) -> http.Moved | None:
    """Return the redirect if the game was merged, or None."""
    into = sql.read(lambda conn: current_games.survivor(conn, int(game_id)))
    if into is None:
        return None
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    location = f"/v1/games/{into}{rest}{'?' if query else ''}{query}"
    return http.Moved(location, SHARED)


main = api.entry_point()
