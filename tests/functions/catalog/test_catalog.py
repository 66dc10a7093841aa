"""The catalog through the gateway: pages, ETags, and changes that show within seconds."""

import base64
import hashlib
import json
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, update

from shared.domain.catalog.imports import importing
from shared.schema.catalog import games

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def word() -> str:
    return f"q{uuid.uuid4().hex[:12]}"


def add(*records: dict[str, Any]) -> None:
    outcome = importing.import_games(json.dumps(one).encode() for one in records)
    assert outcome.rejected == []


def search(client: httpx.Client, **query: Any) -> Any:
    answer = client.get("/v1/games", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_anyone_finds_a_game_and_reads_it(client: httpx.Client, word: str) -> None:
    add(
        {
            "title": f"{word}™ Game",
            "aliases": [f"{word} alias"],
            "executables": [{"os": "win32", "name": "Bin\\Game.exe"}],
            "stores": [{"store": "steam", "id": "730"}],
            "discord_ids": ["1"],
        }
    )
    (found,) = search(client, q=f"{word.upper()} al")["items"]
    assert found["title"] == f"{word}™ Game"
    answer = client.get(f"/v1/games/{found['game_id']}")
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["content-language"] == "en"
    detail = answer.json()
    assert detail.pop("updated_at").endswith("Z")
    assert detail == {
        "game_id": found["game_id"],
        "title": f"{word}™ Game",
        "revision": 1,
        "aliases": [f"{word} alias"],
        "stores": [{"store": "discord", "id": "1"}, {"store": "steam", "id": "730"}],
        "executables": [{"os": "win32", "suffix": "bin/game.exe", "is_launcher": False}],
        "art": {},
        "builds": [],
        "locale": "en",
    }


def test_cursors_lead_through_all_pages(client: httpx.Client, word: str) -> None:
    add(*({"title": f"{word} {number}"} for number in range(5)))
    titles, query = [], {"q": word, "limit": 2}
    while True:
        page = search(client, **query)
        titles += [one["title"] for one in page["items"]]
        if "next_cursor" not in page:
            break
        query["cursor"] = page["next_cursor"]
    assert titles == [f"{word} {number}" for number in range(5)]


def test_a_game_is_found_while_it_is_typed_in_any_order_and_spelling(
    client: httpx.Client, word: str
) -> None:
    add({"title": f"Marvel's {word}-Mán™: Miles Morales"})
    whole = f"morales mil {word}man"
    for end in range(len("morales mil ") + len(word), len(whole) + 1):
        (found,) = search(client, q=whole[:end])["items"]
        assert found["title"] == f"Marvel's {word}-Mán™: Miles Morales"
    assert search(client, q=f"{word} morals") == {"items": []}


def test_a_cursor_of_another_query_is_refused(client: httpx.Client, word: str) -> None:
    add(*({"title": f"{word} {number}"} for number in range(3)))
    of_all = search(client, limit=1)["next_cursor"]
    of_word = search(client, q=word, limit=1)["next_cursor"]
    for query in (
        {"q": word, "cursor": of_all},
        {"q": f"{word} 1", "cursor": of_word},
        {"cursor": of_word},
    ):
        answer = client.get("/v1/games", params=query)
        assert answer.status_code == 400
        assert [one["field"] for one in answer.json()["errors"]] == ["cursor"]
    same = search(client, q=f"  {word.upper()}! ", limit=1, cursor=of_word)
    assert [one["title"] for one in same["items"]] == [f"{word} 1"]


@pytest.mark.parametrize("place", [[-1, 0, 0], [0, 0, 2**64], [2, 256, 1], ["2", 0], 7, None])
def test_an_invalid_place_in_a_cursor_is_refused(client: httpx.Client, place: Any) -> None:
    identity = hashlib.sha256(b"doom").hexdigest()[:16]
    cursor = base64.urlsafe_b64encode(json.dumps([identity, place]).encode()).decode().rstrip("=")
    answer = client.get("/v1/games", params={"q": "doom", "cursor": cursor})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    "q", ["'; DROP TABLE games; --", "\\", "%%", "\x00", "\n\t", "=" * 100, "ﷺ" * 100]
)
def test_any_text_is_a_valid_query(client: httpx.Client, q: str) -> None:
    assert search(client, q=q)["items"] is not None


def test_a_title_is_in_the_requested_language(
    client: httpx.Client, word: str, sql: Connection
) -> None:
    add({"title": word})
    titles = json.dumps({"de": f"Das {word}"})
    sql.execute(update(games).where(games.c.title == word).values(titles=titles))
    game_id = search(client, q=word)["items"][0]["game_id"]
    for requested, locale, title in (("de-AT", "de", f"Das {word}"), ("fr", "en", word)):
        answer = client.get(f"/v1/games/{game_id}", params={"locale": requested})
        assert answer.headers["content-language"] == answer.json()["locale"] == locale
        assert answer.json()["title"] == title
    assert client.get(f"/v1/games/{game_id}?locale=_").status_code == 400


def test_without_a_query_all_games_are_listed(client: httpx.Client, word: str) -> None:
    add({"title": f"{word} a"}, {"title": f"{word} b"})
    first = search(client, limit=1)
    second = search(client, limit=1, cursor=first["next_cursor"])
    assert first["items"] != second["items"]


def test_an_unchanged_response_is_not_sent_again(client: httpx.Client, word: str) -> None:
    add({"title": word})
    for path in (
        f"/v1/games?q={word}",
        f"/v1/games/{search(client, q=word)['items'][0]['game_id']}",
    ):
        first = client.get(path)
        tag = first.headers["etag"]
        assert tag.startswith('"')
        again = client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "public, max-age=60"


def test_a_change_shows_within_seconds(client: httpx.Client, word: str, eventually: Any) -> None:
    add({"title": word})
    game_id = search(client, q=word)["items"][0]["game_id"]
    tag = client.get(f"/v1/games/{game_id}").headers["etag"]
    add({"title": word, "aliases": ["new"]})
    eventually(lambda: client.get(f"/v1/games/{game_id}").json()["aliases"] == ["new"], 15)
    changed = client.get(f"/v1/games/{game_id}", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/games?limit=0", "limit"),
        ("/v1/games?limit=101", "limit"),
        ("/v1/games?limit=x", "limit"),
        (f"/v1/games?q={'x' * 101}", "q"),
        ("/v1/games?cursor=%00", "cursor"),
        ("/v1/games?cursor=e30", "cursor"),
        ("/v1/games?cursor=WzEsMl0", "cursor"),
        ("/v1/games/0", "game_id"),
        ("/v1/games/x", "game_id"),
        (f"/v1/games/{2**64}", "game_id"),
        ("/v1/games/1_0", "game_id"),
        ("/v1/games/+1", "game_id"),
        ("/v1/games/1.0", "game_id"),
        ("/v1/games/%201", "game_id"),
        ("/v1/games/01", "game_id"),
    ],
)
def test_an_invalid_parameter_is_named(client: httpx.Client, path: str, field: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_an_unknown_game_is_not_found_and_not_cached(client: httpx.Client) -> None:
    answer = client.get(f"/v1/games/{2**62}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["cache-control"] == "no-store"
