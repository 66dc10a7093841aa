"""Play of an unknown program moves to its game once the catalog knows it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Connection

from shared.domain import programs
from shared.schema.catalog import game_executables, games
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud
from tests.support.playing import now, session


def learn(sql: Connection, path: str) -> str:
    """Add a new game with this executable to the catalog."""
    game = {"title": path, "import_key": path, "revision": 1, "updated_at": now()}
    game_id = sql.execute(games.insert().values(**game)).lastrowid
    sql.execute(
        game_executables.insert().values(
            suffix_hash=programs.suffix_hash(path),
            os="win32",
            game_id=game_id,
            suffix=programs.normalise_suffix(path),
            is_launcher=False,
        )
    )
    return str(game_id)


def test_earlier_play_moves_to_the_game(  # noqa: PLR0913, PLR0917
    cloud: LocalCloud,
    client: httpx.Client,
    player: Callable[..., Player],
    sql: Connection,
    firestore: Any,
    eventually: Callable[..., Any],
) -> None:
    someone, path = player(), f"{uuid.uuid4()}/Bin\\Game.EXE"
    program = programs.suffix_hash(path).hex()
    items = session(now() - timedelta(hours=1), 30, game_id=None, unlisted=program)
    playing.send(client, someone.headers, items)

    def shown() -> dict[str, int]:
        days = client.get("/v1/me/playtime", headers=someone.headers).json()["items"]
        played: dict[str, int] = {}
        for day in days:
            name = day.get("game_id") or day["unlisted"]
            played[name] = played.get(name, 0) + day["play_ms"]
        return played

    assert eventually(shown) == {program: 1_800_000}
    assert list(firestore.collection(f"players/{someone.uid}/stats").stream()) == []
    game_id = learn(sql, path)
    assert cloud.fire("attach_unlisted_games").is_success
    assert shown() == {game_id: 1_800_000}
    document = firestore.document(f"players/{someone.uid}/stats/{game_id}").get()
    assert document.get("play_ms") == 1_800_000
