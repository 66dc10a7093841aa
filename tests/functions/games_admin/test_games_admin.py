"""Operators create, edit, merge and import games, through the gateway and by command."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select

from ops import import_games
from shared.domain.catalog.imports import records as game_lists
from shared.domain.catalog.imports.records import RawRecord
from shared.schema.catalog import game_executables, game_stores
from shared.schema.operations import audit
from tests.support.local_cloud import LocalCloud

GAMES = "/v1/admin/games"


@pytest.fixture
def word() -> str:
    """A word that is in no title and is not a store id."""
    return f"q{uuid.uuid4().hex[:12]}"


@pytest.fixture
def operator(cloud: LocalCloud, client: httpx.Client, token: Callable[..., str]) -> Any:
    """Return a function that sends an operator's request and returns the response."""
    signed_in = {"Authorization": f"Bearer {token('operator', ['admin'])}"}

    def send(method: str, path: str, **request: Any) -> httpx.Response:
        headers = signed_in | request.pop("headers", {})
        return client.request(method, path, headers=headers, **request)

    return send


def create(operator: Any, title: str, **members: Any) -> dict[str, Any]:
    answer = operator("POST", GAMES, json={"title": title, **members})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def audited(sql: Connection, target: str) -> list[tuple[str, Any]]:
    mine = select(audit).where(audit.c.target == target).order_by(audit.c.audit_id)
    return [(row.action, json.loads(row.detail)) for row in sql.execute(mine)]


def test_only_operators_have_access(client: httpx.Client, token: Callable[..., str]) -> None:
    creator = {"Authorization": f"Bearer {token('someone', ['creator'])}"}
    for path in (GAMES, "/v1/admin/imports", f"{GAMES}/1/merge"):
        assert client.post(path, json={}).status_code == 401
        assert client.post(path, headers=creator, json={}).status_code == 403


def test_creating_and_editing_a_game_is_audited_with_the_state_before(
    operator: Any, client: httpx.Client, sql: Connection, word: str
) -> None:
    members = {
        "titles": {"de": f"{word} auf Deutsch"},
        "aliases": [f"{word} also"],
        "stores": [{"store": "steam", "id": word}],
        "executables": [{"os": "win32", "name": "Bin\\A.exe", "is_launcher": False}],
    }
    game = create(operator, word, **members)
    path = f"{GAMES}/{game['game_id']}"
    assert game["executables"] == [{"os": "win32", "name": "bin/a.exe", "is_launcher": False}]
    shown = operator("GET", path)
    assert (shown.json(), shown.headers["etag"]) == (game, '"1"')
    changes = {"title": f"{word} 2", "aliases": [word], "stores": []}
    edited = operator("PATCH", path, json=changes, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["etag"]) == (200, '"2"')
    after = edited.json()
    assert (after["title"], after["aliases"], after["stores"]) == (f"{word} 2", [word], [])
    assert (after["titles"], after["executables"]) == (members["titles"], game["executables"])
    public = client.get(f"/v1/games/{game['game_id']}", params={"locale": "de"}).json()
    assert public["title"] == f"{word} auf Deutsch"
    (first, created), (second, edit) = audited(sql, game["game_id"])
    assert (first, created["after"]["title"]) == ("games.create", word)
    assert (second, edit["before"]["title"], edit["after"]["title"]) == (
        "games.edit", word, f"{word} 2",
    )  # fmt: skip
    again = operator("PATCH", path, json=changes, headers={"If-Match": '"2"'})
    assert (again.headers["etag"], len(audited(sql, game["game_id"]))) == ('"2"', 2)


def test_facts_that_break_newer_rules_stay_until_they_are_replaced(
    operator: Any, sql: Connection, word: str
) -> None:
    game = create(operator, word)
    path, game_id = f"{GAMES}/{game['game_id']}", int(game["game_id"])
    old = {"os": "windows", "suffix": "../Old.EXE", "is_launcher": False}
    row = {**old, "suffix_hash": uuid.uuid4().bytes * 2, "game_id": game_id}
    sql.execute(game_executables.insert().values(**row))
    store = {"game_id": game_id, "store": "Old Store!", "store_id": word}
    sql.execute(game_stores.insert().values(**store))
    shown = operator("GET", path).json()
    program = {"os": "windows", "name": "../Old.EXE", "is_launcher": False}
    assert shown["executables"] == [program]
    assert shown["stores"] == [{"store": "Old Store!", "id": word}]
    headers = {"If-Match": '"1"'}
    named = operator("PATCH", path, json={"aliases": [f"{word} also"]}, headers=headers).json()
    assert (named["executables"], named["stores"]) == (shown["executables"], shown["stores"])
    kept = select(game_executables.c.suffix_hash).where(game_executables.c.game_id == game_id)
    assert sql.scalar(kept) == row["suffix_hash"]
    headers = {"If-Match": '"2"'}
    again = operator("PATCH", path, json={"executables": [program]}, headers=headers)
    assert (again.status_code, "executables.0.os" in again.text) == (422, True)
    new = [{"os": "win32", "name": "new.exe", "is_launcher": False}]
    edited = operator("PATCH", path, json={"executables": new, "stores": []}, headers=headers)
    assert (edited.json()["executables"], edited.json()["stores"]) == (new, [])


def test_an_edit_requires_the_current_revision(operator: Any, word: str) -> None:
    game = create(operator, word)
    path = f"{GAMES}/{game['game_id']}"
    assert operator("PATCH", path, json={"aliases": []}).status_code == 428
    stale = operator("PATCH", path, json={"aliases": ["x"]}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')
    assert stale.json()["current"] == game


def test_an_invalid_edit_is_refused(operator: Any, word: str) -> None:
    game, other = create(operator, word), create(operator, f"{word} other")
    assert operator("POST", GAMES, json={"title": f"{word.upper()}™"}).status_code == 409
    path, newest = f"{GAMES}/{other['game_id']}", {"If-Match": '"1"'}
    taken = operator("PATCH", path, json={"title": word}, headers=newest)
    assert (taken.status_code, game["game_id"] in taken.json()["detail"]) == (409, True)
    invalid: list[dict[str, Any]] = [
        {"title": "™"},
        {"title": None},
        {"name": "x"},
        {"stores": [{"store": "steam", "id": "1", "sku": "2"}]},
        {"executables": [{"os": "win32", "name": "a", "path": "b"}]},
        {"titles": {"Deutsch!": "x"}},
        {"titles": {"en": "x"}},
        {"title": "ß" * 300},
        {"title": "ﷺ" * 300},
        {"title": "a\0b"},
        {"stores": [{"store": "steam", "id": "a\0b"}]},
        *(
            {"executables": [{"os": os, "name": name}]}
            for os, name in (
                ("win32", "İ" * 400),
                ("win32", "a\0b.exe"),
                ("win32", "../a.exe"),
                ("linux", "a/./b"),
                ("windows", "a.exe"),
            )
        ),
    ]
    for changes in invalid:
        refused = operator("PATCH", path, json=changes, headers=newest)
        assert refused.status_code == 422, changes
        assert next(iter(changes)) in refused.text
    assert operator("GET", f"{GAMES}/{2**62}").status_code == 404
    assert operator("GET", path).json() == other


def test_a_merged_games_old_id_redirects_to_the_survivor(
    operator: Any, client: httpx.Client, sql: Connection, eventually: Any, word: str
) -> None:
    a, b, c = (create(operator, f"{word} {name}")["game_id"] for name in "abc")
    assert client.get(f"/v1/games/{a}").status_code == 200

    def merged(one: str, into: str) -> int:
        status: int = operator("POST", f"{GAMES}/{one}/merge", json={"into": into}).status_code
        return status

    assert (merged(a, b), merged(b, c), merged(b, c)) == (200, 200, 200)
    assert (merged(a, b), merged(c, c), merged(c, a)) == (409, 409, 409)
    for old in (a, b):
        found = eventually(lambda old=old: _redirected(client, f"/v1/games/{old}"))
        assert found == f"/v1/games/{c}"
    with_query = client.get(f"/v1/games/{a}/tools", params={"build": "7", "locale": "de"})
    assert with_query.status_code == 308
    assert with_query.headers["location"] == f"/v1/games/{c}/tools?build=7&locale=de&limit=20"
    followed = client.get(f"/v1/games/{a}", follow_redirects=True).json()
    assert (followed["game_id"], set(followed["aliases"])) == (c, {f"{word} a", f"{word} b"})
    assert operator("GET", f"{GAMES}/{a}").json()["merged_into"] == c
    edit = operator("PATCH", f"{GAMES}/{a}", json={"aliases": []}, headers={"If-Match": "*"})
    assert edit.status_code == 409
    (_, (action, detail)) = audited(sql, a)
    assert (action, detail["into"], detail["moved"]["names"]) == ("games.merge", b, [f"{word} a"])


def _redirected(client: httpx.Client, path: str) -> str | None:
    answer = client.get(path)
    return answer.headers["location"] if answer.status_code == 308 else None


def test_a_list_is_imported_and_the_report_names_rejected_records(
    operator: Any, sql: Connection, word: str
) -> None:
    lines = [{"title": f"{word} a"}, {"title": 7}, {"title": f"{word} b"}]
    text = "\n".join(json.dumps(one) for one in lines)
    response = operator("POST", "/v1/admin/imports", content=text, params={"first": 11})
    assert response.status_code == 200, response.text
    report = response.json()
    assert (report["created"], report["rejected_count"]) == (2, 1)
    assert report["rejected"][0]["position"] == 12
    assert audited(sql, "11-13")[-1][0] == "games.import"
    array = json.dumps([{"id": word, "name": f"{word} a"}, {"id": f"{word}2", "name": word}])
    report = operator("POST", "/v1/admin/imports", content=array).json()
    assert (report["created"], report["updated"], report["rejected"]) == (1, 1, [])
    assert operator("POST", "/v1/admin/imports", content="").json()["created"] == 0


def test_the_command_imports_a_file_and_prints_rejected_records(
    cloud: LocalCloud, tmp_path: Path, word: str
) -> None:
    games = [{"id": f"{word}{n}", "name": f"{word} {n}", "hook": "x" * 2000} for n in range(1200)]
    text = json.dumps(games, indent=1).replace(f'"{word} 700"', f'"{word} 700')
    (tmp_path / "detectable.json").write_text(text)
    for summary in ("1199 created, 0 updated, 0 merged, 0 unchanged, 1 rejected",
                    "0 created, 0 updated, 0 merged, 1199 unchanged, 1 rejected"):  # fmt: skip
        done = cloud.command("import", str(tmp_path / "detectable.json"))
        assert (done.returncode, done.stdout.splitlines()[-1]) == (1, summary), done.stderr
        assert done.stdout.startswith("701: ")


def test_a_list_in_parts_keeps_its_positions() -> None:
    records = [RawRecord(n, b"x" * 600_000) for n in (1, 2, 5, 6)]
    again = [
        (part.first + at - 1, len(text))
        for part in import_games.parts(records)
        for at, text in game_lists.read(_reader(part.text), "lines")
    ]
    assert again == [(n, 600_000) for n in (1, 2, 5, 6)]


def _reader(text: bytes) -> Callable[[int], bytes]:
    left = [text]
    return lambda _: left.pop() if left else b""
