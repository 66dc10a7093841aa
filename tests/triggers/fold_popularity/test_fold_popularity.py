"""Games with more players are found first, through the local cloud."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Connection, select

from shared.domain.catalog.imports import importing
from shared.schema.catalog import games
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud
from tests.support.playing import now, session


def test_a_played_game_comes_before_others(
    cloud: LocalCloud,
    client: httpx.Client,
    player: Callable[..., Player],
    sql: Connection,
    eventually: Callable[..., Any],
) -> None:
    word = f"q{uuid.uuid4().hex[:12]}"
    aliases = [f"{word} {letter}" for letter in "bcd"]
    records = [{"title": f"{word} a", "aliases": aliases}, {"title": f"{word} z"}]
    importing.import_games(json.dumps(one).encode() for one in records)

    def found() -> list[str]:
        items = client.get("/v1/games", params={"q": word}).json()["items"]
        return [one["title"] for one in items]

    assert found() == [f"{word} a", f"{word} z"]
    wanted = select(games.c.game_id).where(games.c.title == f"{word} z")
    game_id = str(sql.execute(wanted).scalar_one())
    for someone in (player(), player()):
        for start in (3, 2):  # the second session adds no new player
            items = session(now() - timedelta(hours=start), 10, game_id=game_id, name=str(start))
            playing.send(client, someone.headers, items)

    def players() -> int:
        assert cloud.fire("fold_popularity").is_success
        counted = select(games.c.players).where(games.c.game_id == game_id)
        return int(sql.execute(counted).scalar_one())

    assert eventually(lambda: players() == 2)
    assert eventually(lambda: found() == [f"{word} z", f"{word} a"], 15)
    assert players() == 2
