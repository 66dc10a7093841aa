"""The console's API for data and actions."""

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
import sqlalchemy
from google.cloud.firestore import GeoPoint

from emulators.cloud.config import environment
from shared.runtime import manifest
from shared.runtime.http.paging import encode_cursor
from shared.schema.all_tables import metadata
from shared.schema.catalog import game_executables, games
from shared.schema.play import achievements
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud
from tests.support.windows import API, trace_of

Wait = Callable[..., Any]


def got(client: httpx.Client, path: str, /, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{API}/{path}", params=query).raise_for_status().json()
    return found


@pytest.fixture(scope="module")
def someone(client: httpx.Client, player: Callable[..., Player], eventually: Wait) -> Player:
    """A player of three games whose documents exist."""
    found = player()
    for game in ("41", "42", "43"):
        items = playing.session(playing.now() - timedelta(minutes=40), 8, game_id=game, name=game)
        playing.send(client, found.headers, items)
    eventually(lambda: len(got(client, f"players/{found.uid}")["documents"]) == 3, 60)
    return found


def test_every_table_is_listed(client: httpx.Client) -> None:
    listed = {one["name"]: one for one in got(client, "tables")["tables"]}
    assert set(listed) == set(metadata.tables)
    intervals = listed["play_intervals"]
    assert intervals["columns"][0] == {"name": "uid", "type": "varchar(128)", "key": True}
    assert [one["name"] for one in intervals["columns"] if one["key"]] == [
        "uid",
        "game_key",
        "session_id",
        "start_at",
    ]
    assert intervals["growth"]
    assert intervals["retention"]


@pytest.mark.parametrize(
    ("name", "lowest"),
    [
        ("play_intervals", ("", "", "1970-01-01T00:00:00Z")),
        ("player_stats", ("",)),
        ("playtime_days", ("1970-01-01", "")),
    ],
)
def test_a_table_is_read_page_by_page(
    client: httpx.Client, someone: Player, name: str, lowest: tuple[str, ...]
) -> None:
    """Starts at the player's rows, because other tests add rows meanwhile."""
    first = got(client, f"tables/{name}", limit=2, after=encode_cursor(someone.uid, *lowest))
    second = got(client, f"tables/{name}", limit=2, after=first["next_after"])
    assert len(first["rows"]) == 2
    rows = [*first["rows"], second["rows"][0]]
    assert [(row["uid"], row["game_key"]) for row in rows] == [
        (someone.uid, game) for game in ("41", "42", "43")
    ]


def test_a_table_is_read_to_its_end(client: httpx.Client, sql: sqlalchemy.Connection) -> None:
    page = got(client, "tables/achievements", limit=1)
    seen = page["rows"]
    while "next_after" in page:
        page = got(client, "tables/achievements", limit=1, after=page["next_after"])
        seen += page["rows"]
    stored = sql.execute(achievements.select().order_by(achievements.c.achievement_id)).all()
    assert [row["achievement_id"] for row in seen] == [row.achievement_id for row in stored]
    assert len(seen) > 2


def test_a_binary_key_starts_a_page(client: httpx.Client, sql: sqlalchemy.Connection) -> None:
    title, start = uuid.uuid4().hex, os.urandom(30) + b"\xff"
    game = {"title": title, "import_key": title, "revision": 1, "updated_at": playing.now()}
    game_id = sql.execute(games.insert().values(**game)).lastrowid
    hashes = [start + bytes([last]) for last in range(3)]
    for one in hashes:
        row = {"suffix_hash": one, "game_id": game_id, "os": "win32", "suffix": title}
        sql.execute(game_executables.insert().values(**row, is_launcher=False))
    after = encode_cursor(hashes[0].hex(), "win32", game_id)
    for one in hashes[1:]:
        page = got(client, "tables/game_executables", limit=1, after=after)
        assert [row["suffix_hash"] for row in page["rows"]] == [one.hex()]
        after = page.get("next_after", "")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tables/nothing", 404),
        ("tables/games?limit=0", 400),
        ("tables/games?limit=101", 400),
        ("tables/games?limit=²", 400),
        ("tables/games?after=x", 400),
        (f"tables/game_executables?after={encode_cursor('no hex', 'win32', 1)}", 400),
        (f"tables/play_intervals?after={encode_cursor('a', 'b', 'c', '2026-01-01T00:00:00')}", 400),
        ("documents?path=a//b", 400),
        ("documents?path=players&after=x", 400),
        ("documents?path=players/nobody-at-all", 404),
        ("players/__x__", 400),
    ],
)
def test_an_invalid_request_is_a_problem(client: httpx.Client, path: str, status: int) -> None:
    assert client.get(f"{API}/{path}").status_code == status


def test_documents_are_browsed_from_the_root(client: httpx.Client, someone: Player) -> None:
    assert "players" in got(client, "documents")["collections"]
    here = f"players/{someone.uid}"
    page = got(client, "documents", path="players")
    listed = page["documents"]
    while "next_after" in page:
        page = got(client, "documents", path="players", after=page["next_after"])
        listed += page["documents"]
    # The player has no document, only subcollections.
    assert {"path": here, "data": None, "updated_at": None} in listed
    assert "stats" in got(client, "documents", path=here)["collections"]
    begin = got(client, "documents", path=f"{here}/stats", limit=2)
    rest = got(client, "documents", path=f"{here}/stats", limit=2, after=begin["next_after"])
    below = [*begin["documents"], *rest["documents"]]
    assert len(begin["documents"]) == 2
    assert "next_after" not in rest
    assert [one["path"] for one in below] == [f"{here}/stats/{game}" for game in (41, 42, 43)]
    one = got(client, "documents", path=f"{here}/stats/42")
    assert one["document"]["data"]["play_ms"] == 8 * 60_000
    assert one["document"]["updated_at"] == below[1]["updated_at"]


def test_references_and_places_are_shown(client: httpx.Client, firestore: Any) -> None:
    here = f"oddities/{uuid.uuid4().hex}"
    place = {"latitude": 1.5, "longitude": 2.0}
    document = firestore.document(here)
    document.set({"to": firestore.document("players/ada"), "at": GeoPoint(*place.values())})
    shown = got(client, "documents", path=here)["document"]["data"]
    assert shown == {"to": "players/ada", "at": place}


def test_a_player_is_shown_in_both_stores_and_where_they_differ(
    client: httpx.Client, someone: Player, firestore: Any
) -> None:
    shown = got(client, f"players/{someone.uid}")
    assert len(shown["tables"]["player_stats"]) == 3
    assert "dead_letters" in shown["tables"]
    assert shown["differences"] == []
    firestore.document(f"players/{someone.uid}/stats/43").update({"play_ms": 1})
    firestore.document(f"players/{someone.uid}/stats/41").delete()
    differing = {one["item"]: one for one in got(client, f"players/{someone.uid}")["differences"]}
    assert set(differing) == {"41", "43"}
    assert differing["41"]["document"] is None
    assert differing["43"]["document"]["play_ms"] == 1
    assert differing["43"]["row"]["play_ms"] == 8 * 60_000
    assert differing["43"]["kind"] == "stats"


def test_tokens_have_their_roles(client: httpx.Client) -> None:
    tokens = got(client, "tokens")
    roles = {name: _claims(token).get("roles", []) for name, token in tokens.items()}
    assert roles == {"ada": [], "creator": ["creator"], "admin": ["admin"]}
    headers = {"Authorization": f"Bearer {tokens['admin']}"}
    assert client.get("/v1/admin/consumers", headers=headers).status_code == 200


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def test_the_topology_matches_the_manifests(cloud: LocalCloud, client: httpx.Client) -> None:
    topology = got(client, "topology")
    functions = manifest.discover(cloud.cloud.roots)
    assert topology["project"] == environment(cloud.cloud)["GOOGLE_CLOUD_PROJECT"]
    assert topology["isolated"] is False
    nodes = {one["id"]: one for one in topology["nodes"]}
    named = [one["name"] for one in topology["nodes"] if one["kind"] in {"function", "trigger"}]
    assert sorted(named) == sorted(functions)
    assert nodes["function:sessions"]["source"] == "functions/sessions/main.py"
    assert nodes["function:sessions"]["http"] == {"paths": ["/v1/me/sessions"], "caller": "player"}
    edges = {(one["from"], one["to"], one["kind"]) for one in topology["edges"]}
    stats = "collection:players/{uid}/stats"
    assert edges >= {
        ("function:sessions", "topic:sessions-reported", "publishes"),
        ("topic:sessions-reported", "trigger:roll_up_sessions", "pushes"),
        ("trigger:roll_up_sessions", "topic:dead-letters", "publishes"),
        ("trigger:roll_up_sessions", stats, "uses"),
        ("trigger:roll_up_sessions", "table:play_intervals", "writes"),
        ("trigger:roll_up_sessions", "table:erasures", "reads"),
        ("trigger:verify_artifact", "bucket:artifacts", "writes"),
        ("function:detection", "bucket:public", "reads"),
        (stats, "trigger:grant_achievements", "fires"),
        (f"topic:{functions['pulled_batch'].subscribed}", "trigger:pulled_batch", "pulls"),
    }
    assert ("trigger:record_dead_letters", "topic:dead-letters", "publishes") not in edges
    assert {name for edge in edges for name in edge[:2]} <= set(nodes)


def test_a_schedule_is_run_now(client: httpx.Client) -> None:
    listed = {one["name"]: one["schedule"] for one in got(client, "schedules")["schedules"]}
    assert listed["relay_outbox"] == "* * * * *"
    assert client.post(f"{API}/schedules/relay_outbox/run").json() == {"status": 204, "text": ""}
    assert client.post(f"{API}/schedules/sessions/run").status_code == 404


ELSEWHERE = "987654321"
"""A game that no other test creates or merges."""


def test_ada_plays_one_of_her_games(client: httpx.Client, eventually: Wait) -> None:
    headers = {"Authorization": f"Bearer {got(client, 'tokens')['ada']}"}
    items = playing.session(playing.now() - timedelta(hours=30), 8, game_id=ELSEWHERE)
    begun = client.post(playing.BATCH, json=playing.batch(items), headers=headers)
    eventually(lambda: ELSEWHERE in _played(client, headers), 60)
    answer = client.post(f"{API}/play", json={"minutes": 20})
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert done["receipt"] == {"accepted": 6, "duplicates": 0, "rejected": []}
    assert done["game"]["game_id"] == ELSEWHERE
    assert done["trace"] != trace_of(begun)
    eventually(lambda: _played(client, headers)[ELSEWHERE] >= 28 * 60_000, 60)
    for minutes in ("0", "721", '"x"', "null", "true", "1e999", "[" * 100_000):
        response = client.post(f"{API}/play", content=f'{{"minutes": {minutes}}}')
        assert response.status_code == 400


def test_ada_plays_while_the_database_is_unavailable(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    (cloud.cloud.state / "seed.txt").write_text(f"curl -s '{cloud.url}/v1/games/45'\n")
    with cloud.without("mysql"):
        answer = client.post(f"{API}/play", json={"minutes": 20})
    assert answer.status_code == 200, answer.text
    assert answer.json()["receipt"]["accepted"] == 6
    assert answer.json()["game"]["title"]


def _played(client: httpx.Client, headers: dict[str, str]) -> dict[str, int]:
    total: dict[str, int] = {}
    for day in client.get("/v1/me/playtime", headers=headers).json()["items"]:
        total[day["game_id"]] = total.get(day["game_id"], 0) + day["play_ms"]
    return total


def test_a_poison_message_becomes_a_dead_letter(client: httpx.Client, eventually: Wait) -> None:
    event_id = client.post(f"{API}/poison").raise_for_status().json()["event_id"]
    headers = {"Authorization": f"Bearer {got(client, 'tokens')['admin']}"}
    query: dict[str, str | int] = {"consumer": "roll_up_sessions", "limit": 100}

    def buried() -> list[str]:
        found = client.get("/v1/admin/dead-letters", params=query, headers=headers).json()
        return [one["code"] for one in found["items"] if one["event_id"] == event_id]

    assert eventually(buried, 60) == ["unreadable"]
