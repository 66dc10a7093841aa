"""Play of a merged game moves to its survivor, and the old document is deleted."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Connection

from shared.schema.catalog import games
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud
from tests.support.playing import now, session


def a_game(sql: Connection) -> str:
    title = str(uuid.uuid4())
    game = {"title": title, "import_key": title, "revision": 1, "updated_at": now()}
    return str(sql.execute(games.insert().values(**game)).lastrowid)


def test_play_moves_to_the_survivor(  # noqa: PLR0913, PLR0917
    cloud: LocalCloud,
    client: httpx.Client,
    token: Callable[..., str],
    player: Callable[..., Player],
    sql: Connection,
    firestore: Any,
    eventually: Callable[..., Any],
) -> None:
    someone, old, new = player(), a_game(sql), a_game(sql)

    def documents() -> dict[str, int]:
        found = firestore.collection(f"players/{someone.uid}/stats").stream()
        return {one.id: one.get("play_ms") for one in found}

    playing.send(client, someone.headers, session(now() - timedelta(hours=3), 30, game_id=old))
    assert eventually(documents) == {old: 1_800_000}
    headers = {"Authorization": f"Bearer {token('operator', ['admin'])}"}
    path = f"/v1/admin/games/{old}/merge"
    assert client.post(path, headers=headers, json={"into": new}).is_success
    playing.send(client, someone.headers, session(now() - timedelta(hours=1), 30, game_id=old))
    assert eventually(lambda: new in documents())
    assert cloud.fire("move_merged_playtime").is_success
    assert documents() == {new: 3_600_000}
    items = client.get("/v1/me/playtime", headers=someone.headers).json()["items"]
    assert {one["game_id"] for one in items} == {new}
    shown = client.get("/v1/admin/projections", headers=headers, params={"uid": someone.uid})
    assert shown.json()["equal"]
