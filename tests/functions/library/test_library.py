"""The library: items are matched one by one, and installations store games but never paths."""

import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert, select, update

from shared.domain import text
from shared.domain.catalog.imports import importing
from shared.domain.tools import model
from shared.runtime import clock
from shared.schema.catalog import game_build_marks, game_builds, game_stores, games
from shared.schema.library import library_entries
from shared.schema.tools import tool_versions, tools
from tests.conftest import Player
from tests.support.playing import now

Players = Callable[..., Player]
MATCH, LIBRARY = "/v1/me/library:match", "/v1/me/library"
LIMIT_ITEMS, LIMIT_BYTES, LIMIT_ENTRIES = 1000, 2_097_152, 5000


@dataclass(frozen=True)
class KnownGame:
    """A game for one test only."""

    game_id: str
    title: str
    folder: str
    steam_id: str

    @property
    def path(self) -> str:
        return f"D:\\SteamLibrary\\steamapps\\common\\{self.folder}\\bin\\{self.folder}.exe"


@pytest.fixture
def known(sql: Connection, cloud: object) -> Callable[..., KnownGame]:
    del cloud

    def make(**more: Any) -> KnownGame:
        word = uuid.uuid4().hex[:10]
        title, steam_id = more.pop("title", f"Quest of {word}"), str(uuid.uuid4().int)[:12]
        record = {
            "title": title,
            "stores": [{"store": "steam", "id": steam_id}],
            "executables": [{"os": "win32", "name": f"q{word}/bin/q{word}.exe"}],
            **more,
        }
        outcome = importing.import_games([json.dumps(record).encode()])
        assert outcome.created == 1, outcome
        key = text.title_key(title)
        game_id = sql.scalar(select(games.c.game_id).where(games.c.import_key == key))
        return KnownGame(str(game_id), title, f"Q{word}", steam_id)

    return make


def batch(*items: Any) -> dict[str, Any]:
    return {"sent_at": now().isoformat(), "items": list(items)}


def matched(client: httpx.Client, player: Player, *items: Any) -> list[dict[str, Any]]:
    answer = client.post(MATCH, json=batch(*items), headers=player.headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["rejected"] == []
    found: list[dict[str, Any]] = answer.json()["items"]
    assert [one["id"] for one in found] == [item["id"] for item in items]
    return found


def test_an_item_is_matched_by_its_path_or_its_store_id(
    client: httpx.Client, player: Players, known: Callable[..., KnownGame]
) -> None:
    game = known()
    by_path, by_store, unknown = matched(
        client,
        player(),
        {"id": "a", "path": game.path, "os": "win32"},
        {"id": "b", "store": "Steam", "store_id": game.steam_id},
        {"id": "c", "path": "C:\\Windows\\System32\\notepad.exe", "store_id": None},
    )
    assert (by_path["game_id"], by_path["title"], by_path["why"]) == (
        game.game_id,
        game.title,
        "path",
    )
    assert (by_store["game_id"], by_store["why"]) == (game.game_id, "store_id")
    assert min(by_path["confidence"], by_store["confidence"]) >= 0.95
    assert unknown == {"id": "c", "confidence": 0, "tools": []}


def test_an_empty_request_gets_an_empty_response(client: httpx.Client, player: Players) -> None:
    answer = client.post(MATCH, json=batch(), headers=player().headers)
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 0, "duplicates": 0, "rejected": [], "items": []}


@pytest.mark.parametrize(
    ("field", "broken"),
    [
        ("path", "C:\\Games\\a\0b.exe"),
        ("path", "C:\\" + "x" * 40_000),
        ("path", ""),
        ("path", 7),
        ("os", "amiga"),
        ("store", "a store"),
        ("store_id", "\0"),
        ("sha1", "ab" * 19),
        ("sha512", "g" * 128),
        ("murmur2", 2**32),
        ("murmur2", "1"),
        ("store_build_id", "x" * 101),
    ],
)
def test_an_invalid_item_is_rejected_alone_and_its_field_named(
    client: httpx.Client, player: Players, known: Callable[..., KnownGame], field: str, broken: Any
) -> None:
    game = known()
    bad = {"id": "bad", "store": "steam", field: broken}
    sent = batch({"id": "good", "path": game.path}, bad)
    answer = client.post(MATCH, json=sent, headers=player().headers)
    assert answer.status_code == 200, answer.text
    (rejected,) = answer.json()["rejected"]
    assert (rejected["index"], rejected["id"], rejected["code"]) == (1, "bad", "invalid_item")
    assert rejected["detail"].startswith(f"{field}: ")
    (good,) = answer.json()["items"]
    assert (good["id"], good["game_id"]) == ("good", game.game_id)


def test_a_store_id_without_its_store_is_rejected(client: httpx.Client, player: Players) -> None:
    answer = client.post(MATCH, json=batch({"id": "x", "store_id": "1"}), headers=player().headers)
    (rejected,) = answer.json()["rejected"]
    assert "needs the name of the store" in rejected["detail"]


def test_a_lone_surrogate_is_rejected_alone(client: httpx.Client, player: Players) -> None:
    body = json.dumps(batch({"id": "a", "path": "\ud800"}, {"id": "b", "path": "/x"}))
    answer = client.post(MATCH, content=body, headers=player().headers)
    assert [one["id"] for one in answer.json()["rejected"]] == ["a"]
    assert [one["id"] for one in answer.json()["items"]] == ["b"]


def test_more_items_than_allowed_are_refused(client: httpx.Client, player: Players) -> None:
    items = [{"id": str(number)} for number in range(LIMIT_ITEMS + 1)]
    answer = client.post(MATCH, json=batch(*items), headers=player().headers)
    assert answer.status_code == 413
    assert (answer.json()["limit"], answer.json()["actual"]) == (LIMIT_ITEMS, LIMIT_ITEMS + 1)
    assert len(matched(client, player(), *items[:LIMIT_ITEMS])) == LIMIT_ITEMS


def test_a_body_that_is_too_large_is_refused(client: httpx.Client, player: Players) -> None:
    items = [{"id": str(number), "path": "/" + "x" * 4000} for number in range(600)]
    answer = client.post(MATCH, json=batch(*items), headers=player().headers)
    assert answer.status_code == 413
    assert answer.json()["limit"] == LIMIT_BYTES


HOSTILE = "'; DROP TABLE games; -- \\' %s %(x)s :name {0} \" ` _%"


def test_sql_in_any_string_is_only_text(
    client: httpx.Client, player: Players, sql: Connection
) -> None:
    before = len(sql.execute(select(games.c.game_id).limit(10)).all())
    strings = {"path": HOSTILE + "\\" + HOSTILE + ".exe", "store_id": HOSTILE}
    item = {"id": HOSTILE, "store": "steam", "store_build_id": HOSTILE, **strings}
    (found,) = matched(client, player(), item)
    assert "game_id" not in found
    assert len(sql.execute(select(games.c.game_id).limit(10)).all()) == before


def test_a_store_id_that_two_games_share_matches_both(
    client: httpx.Client, player: Players, known: Callable[..., KnownGame], sql: Connection
) -> None:
    first, second = known(), known()
    row = {"store": "steam", "store_id": first.steam_id, "game_id": int(second.game_id)}
    sql.execute(insert(game_stores).values(row))
    (found,) = matched(client, player(), {"id": "x", "store": "steam", "store_id": first.steam_id})
    assert "game_id" not in found
    assert {one["game_id"] for one in found["candidates"]} == {first.game_id, second.game_id}
    assert {one["why"] for one in found["candidates"]} == {"store_id"}
    item = {"id": "x", "store": "steam", "store_id": first.steam_id, "path": second.path}
    (found,) = matched(client, player(), item)
    assert (found["game_id"], found["why"]) == (second.game_id, "store_id")


@dataclass(frozen=True)
class Builds:
    """Two builds of a game, the older first, and a tool with a version for each build."""

    old: str
    new: str
    tool_id: str


@pytest.fixture
def builds(sql: Connection) -> Callable[[KnownGame], Builds]:
    def make(game: KnownGame) -> Builds:
        game_id, at = int(game.game_id), clock.now()
        ids = []
        for day in (1, 2):
            row = {
                "game_id": game_id,
                "name": f"1.{day}",
                "released_at": at.replace(day=day),
                "created_by": "test",
                "created_at": at,
            }
            build_id = sql.execute(insert(game_builds).values(row)).lastrowid
            ids.append(build_id)
            marks = {"sha1": f"{build_id:040x}", "murmur2": str(build_id), "steam": f"b{build_id}"}
            rows = [{"kind": k, "value": v, "build_id": build_id} for k, v in marks.items()]
            sql.execute(insert(game_build_marks), rows)
        tool = {
            "game_id": game_id,
            "kind": "trainer",
            "creator_uid": "test",
            "texts": '{"en": {"name": "T", "summary": ""}}',
            "revision": 1,
            "created_at": at,
            "updated_at": at,
        }
        tool_id = sql.execute(insert(tools).values(tool)).lastrowid
        for version, state, channel, first, last in (
            ("1.9.0", "published", "stable", None, ids[0]),
            ("1.10.0", "published", "stable", None, ids[0]),
            ("2.0.0", "published", "stable", ids[1], None),
            ("2.1.0-rc.1", "published", "beta", ids[1], None),
            ("3.0.0", "withdrawn", "stable", None, None),
        ):
            row = {
                "tool_id": tool_id,
                "version": version,
                "sort_key": model.sort_key(version),
                "channel": channel,
                "state": state,
                "options": "[]",
                "dependencies": "[]",
                "first_build_id": first,
                "last_build_id": last,
                "revision": 1,
                "created_at": at,
                "updated_at": at,
            }
            sql.execute(insert(tool_versions).values(row))
        return Builds(str(ids[0]), str(ids[1]), str(tool_id))

    return make


def test_a_known_build_gets_its_compatible_tools(
    client: httpx.Client,
    player: Players,
    known: Callable[..., KnownGame],
    builds: Callable[[KnownGame], Builds],
) -> None:
    game = known()
    made = builds(game)
    old_sha1 = f"{int(made.old):040x}"
    by_hash, by_build, by_path, short, unconfirmed = matched(
        client,
        player(),
        {"id": "hash", "sha1": old_sha1.upper()},
        {
            "id": "build",
            "store": "steam",
            "store_id": game.steam_id,
            "store_build_id": f"b{made.new}",
        },
        {"id": "path", "path": game.path},
        {"id": "short", "murmur2": int(made.old)},
        {"id": "unconfirmed", "murmur2": int(made.old), "sha1": "f" * 40},
    )
    old, new = ([{"tool_id": made.tool_id, "version": version}] for version in ("1.10.0", "2.0.0"))
    assert (by_hash["game_id"], by_hash["why"]) == (game.game_id, "fingerprint")
    assert (by_hash["build_id"], by_hash["tools"]) == (made.old, old)
    assert (by_build["build_id"], by_build["tools"]) == (made.new, new)
    assert ("build_id" in by_path, by_path["tools"]) == (False, new)
    assert (short["game_id"], short["build_id"]) == (game.game_id, made.old)
    assert unconfirmed == {"id": "unconfirmed", "confidence": 0, "tools": []}


def test_a_game_with_many_tools_shows_the_newest(
    client: httpx.Client,
    player: Players,
    known: Callable[..., KnownGame],
    builds: Callable[[KnownGame], Builds],
    sql: Connection,
) -> None:
    game = known()
    made = builds(game)
    first = select(tools).where(tools.c.tool_id == int(made.tool_id))
    tool = dict(sql.execute(first).mappings().one()) | {"tool_id": None}
    ids = [sql.execute(insert(tools).values(tool)).lastrowid for _ in range(22)]
    version = {
        "version": "1.0.0",
        "sort_key": model.sort_key("1.0.0"),
        "channel": "stable",
        "state": "published",
        "options": "[]",
        "dependencies": "[]",
        "revision": 1,
        "created_at": clock.now(),
        "updated_at": clock.now(),
    }
    # The newest tool has no published version, so it is not counted.
    states = ["published"] * 21 + ["draft"]
    rows = [{**version, "tool_id": one, "state": at} for one, at in zip(ids, states, strict=True)]
    sql.execute(insert(tool_versions), rows)
    by_path, by_hash = matched(
        client,
        player(),
        {"id": "path", "path": game.path},
        {"id": "hash", "sha1": f"{int(made.old):040x}"},
    )
    newest = [str(one) for one in ids[20:0:-1]]
    for found in (by_path, by_hash):
        assert [one["tool_id"] for one in found["tools"]] == newest


def library(client: httpx.Client, player: Player, limit: int = 100) -> list[dict[str, Any]]:
    return [one for page in pages(client, player, limit) for one in page]


def pages(client: httpx.Client, player: Player, limit: int) -> Iterator[list[dict[str, Any]]]:
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = client.get(LIBRARY, params=query, headers=player.headers)
        assert answer.status_code == 200, answer.text
        yield answer.json()["items"]
        if "next_cursor" not in answer.json():
            return
        query["cursor"] = answer.json()["next_cursor"]


def put(client: httpx.Client, player: Player, install_id: str, *entries: Any) -> dict[str, Any]:
    body = {"items": [one if isinstance(one, dict) else {"game_id": one} for one in entries]}
    answer = client.put(f"{LIBRARY}/{install_id}", json=body, headers=player.headers)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


def test_an_installation_can_be_replaced_and_deleted(
    client: httpx.Client,
    player: Players,
    known: Callable[..., KnownGame],
    builds: Callable[[KnownGame], Builds],
) -> None:
    me, first, second, third = player(), known(), known(), known()
    made = builds(first)
    with_build = {"game_id": first.game_id, "build_id": made.old}
    assert put(client, me, "pc", with_build, second.game_id)["entries"] == 2
    put(client, me, "deck", first.game_id, third.game_id)
    assert library(client, me) == [
        {
            "game_id": first.game_id,
            "title": first.title,
            "installations": [
                {"install_id": "deck"},
                {"install_id": "pc", "build_id": made.old},
            ],
        },
        {
            "game_id": second.game_id,
            "title": second.title,
            "installations": [{"install_id": "pc"}],
        },
        {
            "game_id": third.game_id,
            "title": third.title,
            "installations": [{"install_id": "deck"}],
        },
    ]
    assert library(client, player()) == []
    put(client, me, "pc", third.game_id)
    assert [len(one["installations"]) for one in library(client, me)] == [1, 2]
    assert client.delete(f"{LIBRARY}/deck", headers=me.headers).status_code == 204
    assert [one["game_id"] for one in library(client, me)] == [third.game_id]
    assert client.delete(f"{LIBRARY}/deck", headers=me.headers).status_code == 404
    assert put(client, me, "pc")["entries"] == 0
    assert library(client, me) == []


def test_unknown_games_and_builds_are_refused_one_by_one(
    client: httpx.Client,
    player: Players,
    known: Callable[..., KnownGame],
    builds: Callable[[KnownGame], Builds],
) -> None:
    me, game, other = player(), known(), known()
    strange = {"game_id": game.game_id, "build_id": builds(other).new}
    done = put(client, me, "pc", "9223372036854775806", other.game_id, strange)
    assert [(one["index"], one["id"]) for one in done["rejected"]] == [
        (0, "9223372036854775806"),
        (2, game.game_id),
    ]
    assert [one["detail"].partition(":")[0] for one in done["rejected"]] == ["game_id", "build_id"]
    assert [one["game_id"] for one in library(client, me)] == [other.game_id]


def test_an_entry_of_the_wrong_type_is_refused_alone(
    client: httpx.Client, player: Players, known: Callable[..., KnownGame]
) -> None:
    me, game = player(), known()
    numbered = {"game_id": int(game.game_id)}
    odd = {"game_id": "7", "build_id": ["1"]}
    body = {"items": [numbered, {"game_id": game.game_id}, odd, None, "7", {"game_id": "x" * 200}]}
    answer = client.put(f"{LIBRARY}/pc", json=body, headers=me.headers)
    assert answer.status_code == 200, answer.text
    rejected = answer.json()["rejected"]
    assert [(one["index"], one.get("id")) for one in rejected] == [
        (0, None),
        (2, "7"),
        (3, None),
        (4, None),
        (5, "x" * 100),
    ]
    assert {(one["code"], one["retry"]) for one in rejected} == {("invalid_item", "never")}
    named = [one["detail"].partition(":")[0] for one in rejected]
    assert named == ["game_id", "build_id", "body", "body", "game_id"]
    assert [one["game_id"] for one in library(client, me)] == [game.game_id]


@pytest.mark.parametrize(
    ("broken", "shown"),
    [('{"game_id": "\\ud800"}', "?"), ('"\\udfff"', None), ('{"\\ud800": 1}', None)],
)
def test_an_entry_with_a_lone_surrogate_is_refused_alone(
    client: httpx.Client,
    player: Players,
    known: Callable[..., KnownGame],
    broken: str,
    shown: str | None,
) -> None:
    game = known().game_id
    body = f'{{"items": [{broken}, {{"game_id": "{game}"}}]}}'
    path, headers = "/v1/me/library/desktop", player().headers
    answer = client.put(path, content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    (refused,) = answer.json()["rejected"]
    assert (answer.json()["entries"], refused["index"], refused.get("id")) == (1, 0, shown)
    for whole in (body[:-1], body.replace('"items"', '"\\ud800"')):
        assert client.put(path, content=whole, headers=headers).is_client_error


def test_a_library_is_paged(
    client: httpx.Client, player: Players, known: Callable[..., KnownGame]
) -> None:
    me, ids = player(), [known().game_id for _ in range(5)]
    put(client, me, "pc", *reversed(ids))
    assert [len(page) for page in pages(client, me, 2)] == [2, 2, 1]
    assert [one["game_id"] for one in library(client, me, 2)] == ids
    answer = client.get(LIBRARY, params={"cursor": "WyJhIl0"}, headers=me.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_a_merged_game_is_shown_as_its_survivor(
    client: httpx.Client, player: Players, known: Callable[..., KnownGame], sql: Connection
) -> None:
    me, last, middle, first = player(), known(), known(), known()
    put(client, me, "pc", first.game_id, last.game_id)
    put(client, me, "deck", first.game_id)
    for old, new in ((first, middle), (middle, last)):
        merged = update(games).where(games.c.game_id == int(old.game_id))
        sql.execute(merged.values(merged_into=int(new.game_id)))
    (shown,) = library(client, me)
    assert (shown["game_id"], shown["title"]) == (last.game_id, last.title)
    assert [one["install_id"] for one in shown["installations"]] == ["deck", "pc"]
    assert put(client, me, "deck", middle.game_id, first.game_id)["entries"] == 1
    stored = select(library_entries.c.game_id).where(library_entries.c.uid == me.uid)
    assert set(sql.scalars(stored)) == {int(first.game_id), int(last.game_id)}


def test_too_many_entries_are_refused_entirely(client: httpx.Client, player: Players) -> None:
    body = {"items": [{"game_id": str(number)} for number in range(1, LIMIT_ENTRIES + 2)]}
    me = player()
    answer = client.put(f"{LIBRARY}/pc", json=body, headers=me.headers)
    assert answer.status_code == 413
    assert (answer.json()["limit"], answer.json()["actual"]) == (LIMIT_ENTRIES, LIMIT_ENTRIES + 1)
    assert library(client, me) == []


def test_a_player_has_at_most_fifty_installations(client: httpx.Client, player: Players) -> None:
    me = player()
    for number in range(50):
        put(client, me, f"pc-{number}")
    answer = client.put(f"{LIBRARY}/one-more", json={"items": []}, headers=me.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    put(client, me, "pc-7")


def test_concurrent_installations_do_not_exceed_the_limit(
    client: httpx.Client, player: Players
) -> None:
    me = player()

    def add(number: int) -> int:
        url = f"{LIBRARY}/pc-{number}"
        return client.put(url, json={"items": []}, headers=me.headers).status_code

    with ThreadPoolExecutor(8) as threads:
        first = list(threads.map(add, range(48)))
        last = list(threads.map(add, range(48, 56)))
    assert (set(first), sorted(last)) == ({200}, [200] * 2 + [409] * 6)


def test_one_of_two_concurrent_replacements_remains(
    client: httpx.Client, player: Players, known: Callable[..., KnownGame]
) -> None:
    me, lists = player(), [[known().game_id for _ in range(3)] for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda ids: put(client, me, "pc", *ids), lists))
    assert [one["game_id"] for one in library(client, me)] in lists


@pytest.mark.parametrize("install_id", ["a b", "x" * 65, "ä", "%00"])
def test_an_invalid_installation_id_is_refused(
    client: httpx.Client, player: Players, install_id: str
) -> None:
    answer = client.put(f"{LIBRARY}/{install_id}", json={"items": []}, headers=player().headers)
    assert answer.status_code == 400


def test_a_library_is_exported_and_erased_with_the_account(
    client: httpx.Client,
    player: Players,
    known: Callable[..., KnownGame],
    sql: Connection,
    eventually: Callable[..., Any],
) -> None:
    me, game = player(), known()
    put(client, me, "pc", game.game_id)
    tables = client.get("/v1/me/export", headers=me.headers).json()["tables"]
    assert tables["library_entries"] == [
        {"install_id": "pc", "game_id": game.game_id, "build_id": None}
    ]
    assert [one["install_id"] for one in tables["installations"]] == ["pc"]
    assert client.delete("/v1/me", headers=me.headers).status_code == 202
    mine = select(library_entries.c.game_id).where(library_entries.c.uid == me.uid)
    eventually(lambda: sql.execute(mine).first() is None)


def test_only_the_player_can_read_or_change_a_library(client: httpx.Client) -> None:
    for method, path in (("POST", MATCH), ("GET", LIBRARY), ("DELETE", f"{LIBRARY}/pc")):
        assert client.request(method, path).status_code == 401
