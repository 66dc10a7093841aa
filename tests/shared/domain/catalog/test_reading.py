"""The catalog's list and a game's detail, on both engines."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from shared.domain.catalog import reading
from shared.domain.catalog.imports import importing
from shared.domain.catalog.reading import Game, GameDetail
from shared.domain.text import name_key
from shared.runtime import clock, sql
from shared.schema.catalog import game_builds, game_names, games
from tests.support import statistics

pytestmark = pytest.mark.usefixtures("runtime_sql")


@pytest.fixture
def word() -> str:
    """A word that occurs in no title."""
    return f"q{uuid.uuid4().hex[:12]}"


def add(record: dict[str, Any]) -> int:
    """Import a game and return its id."""
    importing.import_games([json.dumps(record).encode()])
    wanted = select(games.c.game_id).where(games.c.title == record["title"])
    return int(sql.read(lambda conn: conn.execute(wanted).scalar_one()))


def listed(limit: int) -> list[Game]:
    """Return the games on all pages of the list."""
    found, after = [], None
    while True:
        page, after = sql.read(lambda conn, after=after: reading.list_page(conn, after, limit))  # type: ignore[misc]
        found += page
        if after is None:
            return found


def one(game_id: int, locale: str | None = None) -> GameDetail:
    return sql.read(lambda conn: reading.get(conn, game_id, locale))


@pytest.mark.usefixtures("real_games")
def test_every_game_is_listed_once_in_the_order_of_titles() -> None:
    found = listed(1000)
    assert len(found) >= 9118
    assert len({game.game_id for game in found}) == len(found)
    keys = [name_key(game.title) for game in found]
    assert keys == sorted(keys)
    assert listed(777) == found


def test_a_title_is_in_the_requested_language_or_english_and_names_it(word: str) -> None:
    game_id = add({"title": f"{word} Settlers"})
    titles = json.dumps({"de": "Die Siedler", "zh-Hant": "工人物語"})
    change = update(games).where(games.c.game_id == game_id).values(titles=titles)
    sql.transact(lambda tx: tx.execute(change))

    def shown(locale: str | None) -> tuple[str, str]:
        detail = one(game_id, locale)
        return detail.locale, detail.title

    assert shown("de-AT") == ("de", "Die Siedler")
    assert shown("zh-hant-tw") == ("zh-Hant", "工人物語")
    assert shown("fr") == shown(None) == ("en", f"{word} Settlers")


def test_a_games_newest_builds_are_shown_newest_first(word: str) -> None:
    game_id, now = add({"title": word}), clock.now()
    rows = [
        {
            "game_id": game_id,
            "name": f"1.{number}",
            "released_at": now - timedelta(days=number % 5),
            "created_by": "someone",
            "created_at": now,
        }
        for number in range(25)
    ]
    sql.transact(lambda tx: tx.execute(insert(game_builds), rows))
    builds = one(game_id).builds
    assert [build.name for build in builds[:6]] == ["1.20", "1.15", "1.10", "1.5", "1.0", "1.21"]
    assert len(builds) == reading.BUILDS_SHOWN


QUERIES = {
    "all": reading._page_query(None).limit(101),
    "all, next page": reading._page_query(("half life", 3)).limit(101),
}


@pytest.mark.usefixtures("real_games")
@pytest.mark.parametrize("belief", statistics.STATISTICS)
@pytest.mark.parametrize("name", QUERIES)
def test_no_listing_scans_or_sorts_a_table(name: str, belief: str) -> None:
    statements = statistics.capture(lambda conn: conn.execute(QUERIES[name]).all())
    for steps, _ in statistics.plans(belief, [games, game_names], statements):
        for step in steps:
            # The first hundred of all games are read from the index of names, in its order.
            whole = step["type"] == "index" and step["key"] == "PRIMARY" and int(step["rows"]) < 500
            assert whole or step["type"] in statistics.BY_KEY, step
            assert step["key"], step
            assert "filesort" not in (step["Extra"] or ""), step
            assert "temporary" not in (step["Extra"] or ""), step
