"""`?locale=` on games, tools, versions and options: de-AT, then de, then English."""

import json
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, update

from shared.domain.catalog import versioning
from shared.domain.catalog.imports import importing
from shared.runtime import sql as sql_session
from shared.schema.catalog import games
from tests.support import publishing

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def paths(sql: Connection) -> dict[str, str]:
    """The paths of a game with a German title, and of its tool."""
    game_id = publishing.game(sql)
    titles = json.dumps({"de": "Die Siedler"})
    mine = games.c.game_id == game_id
    sql.execute(update(games).where(mine).values(title="The Settlers", titles=titles))
    tool_id = publishing.tool(sql, game_id)
    publishing.version(sql, tool_id, "1.0.0")
    return {
        "games": "/v1/games",
        "game": f"/v1/games/{game_id}",
        "tools": f"/v1/games/{game_id}/tools",
        "tool": f"/v1/tools/{tool_id}",
        "versions": f"/v1/tools/{tool_id}/versions",
    }


def get(client: httpx.Client, path: str, locale: str | None, language: str) -> Any:
    """Return a response's body or first item, after checking that it is in `language`."""
    # Accept-Language must not matter, because the CDN caches one response per URL.
    headers = {"Accept-Language": "de"}
    answer = client.get(path, params={"locale": locale} if locale else {}, headers=headers)
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.headers["content-language"] == language
    assert "accept-language" not in answer.headers.get("vary", "").lower()
    body = answer.json()
    shown = body["items"][0] if "items" in body else body
    assert shown["locale"] == language
    return shown


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("de-AT", "de"), ("DE-at", "de"), ("en-GB", "en"), ("ja", "en"), (None, "en")],
)
def test_texts_are_in_the_nearest_language(
    client: httpx.Client, paths: dict[str, str], locale: str | None, language: str
) -> None:
    german = language == "de"
    game = get(client, paths["game"], locale, language)
    assert game["title"] == ("Die Siedler" if german else "The Settlers")
    for path in ("tool", "tools"):
        tool = get(client, paths[path], locale, language)
        assert tool["name"] == ("Flink" if german else "Swift")
    version = get(client, paths["versions"], locale, language)
    speed, mode = version["options"]
    assert speed["label"] == ("Tempo" if german else "Speed")
    # Texts without a translation are in English.
    assert (speed["group"], mode["label"]) == ("Movement", "Mode")
    first = "Leicht" if german else "Easy"
    assert mode["choices"][0] == {"value": "easy", "label": first}


def test_a_list_has_translated_titles_where_they_exist_and_names_the_languages(
    client: httpx.Client,
) -> None:
    word = f"q{uuid.uuid4().hex[:12]}"
    names = ("zwei", "drei")
    lines = [json.dumps({"title": f"{word} {name}"}).encode() for name in ("one", *names)]
    importing.import_games(lines)

    def name(tx: Connection) -> None:
        for title in names:
            mine = games.c.title == f"{word} {title}"
            titles = json.dumps({"de": f"{word} {title} auf Deutsch"})
            tx.execute(update(games).where(mine).values(titles=titles))
        versioning.bump(tx)

    sql_session.transact(name)

    def found(**query: Any) -> tuple[str, list[tuple[str, str]]]:
        answer = client.get("/v1/games", params={"q": word, **query})
        listed = [
            (one["title"].removeprefix(f"{word} "), one["locale"]) for one in answer.json()["items"]
        ]
        return answer.headers["content-language"], sorted(listed)

    english = [("drei", "en"), ("one", "en"), ("zwei", "en")]
    assert found() == found(locale="en") == found(locale="ja") == ("en", english)
    german = [("drei auf Deutsch", "de"), ("one", "en"), ("zwei auf Deutsch", "de")]
    assert found(locale="de-AT") == ("de, en", german)
    page = client.get("/v1/games", params={"q": word, "locale": "de", "limit": 1}).json()
    cursor = page["next_cursor"]
    rest = client.get("/v1/games", params={"q": word, "cursor": cursor}).json()["items"]
    assert [one["locale"] for one in rest] == ["en", "en"]
    listed = client.get("/v1/games", params={"locale": "de"})
    assert listed.headers["content-language"].endswith("en")


@pytest.mark.parametrize("locale", ["de_AT", "d", "de-", "", "*", "de\x00", "de' OR 1=1"])
def test_an_invalid_locale_is_refused(
    client: httpx.Client, paths: dict[str, str], locale: str
) -> None:
    for path in paths.values():
        answer = client.get(path, params={"locale": locale})
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert [one["field"] for one in answer.json()["errors"]] == ["locale"]
