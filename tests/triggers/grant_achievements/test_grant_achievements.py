"""Stats that reach a threshold put one notice of the achievement into the inbox."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Connection, select, update

from shared.schema.play import player_achievements
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud
from tests.support.playing import now, session

START = now() - timedelta(hours=5)

Players = Callable[..., Player]
Eventually = Callable[..., Any]


def inbox(firestore: Any, uid: str) -> dict[str, Any]:
    return {one.id: one.to_dict() for one in firestore.collection(f"players/{uid}/inbox").stream()}


def delivered(sql: Connection, uid: str) -> dict[str, Any]:
    rows = sql.execute(select(player_achievements).where(player_achievements.c.uid == uid))
    return {row.achievement_id: row.delivered_at for row in rows}


def test_an_hour_of_play_earns_one_achievement_and_one_notice(
    client: httpx.Client, player: Players, sql: Connection, firestore: Any, eventually: Eventually
) -> None:
    someone = player()
    played = session(START, 60)
    playing.send(client, someone.headers, played)
    entry = eventually(lambda: inbox(firestore, someone.uid))["achievement-first_hour"]
    entry.pop("traceparent")
    granted_at = entry.pop("created_at")
    assert entry == {
        "code": "achievement_granted",
        "params": {"achievement_id": "first_hour"},
        "read": False,
    }
    eventually(lambda: all(delivered(sql, someone.uid).values()))
    found = client.get("/v1/me/achievements", headers=someone.headers).json()["items"]
    assert [one["achievement_id"] for one in found] == ["first_hour"]
    assert granted_at.isoformat()[:19] == found[0]["granted_at"][:19]

    mark_read(firestore, someone.uid)
    more = session(START + timedelta(hours=2), 20, name="again")
    playing.send(client, someone.headers, [*more, *played])
    stats = firestore.document(f"players/{someone.uid}/stats/7")
    eventually(lambda: stats.get().get("play_ms") == 80 * 60_000)
    assert inbox(firestore, someone.uid)["achievement-first_hour"]["read"] is True


def mark_read(firestore: Any, uid: str) -> None:
    firestore.document(f"players/{uid}/inbox/achievement-first_hour").update({"read": True})


def test_less_than_an_hour_earns_nothing(
    client: httpx.Client, player: Players, sql: Connection, firestore: Any, eventually: Eventually
) -> None:
    someone = player()
    playing.send(client, someone.headers, session(START, 59))
    eventually(lambda: firestore.document(f"players/{someone.uid}/stats/7").get().exists)
    assert delivered(sql, someone.uid) == {}


def test_five_games_earn_an_achievement(
    client: httpx.Client, player: Players, sql: Connection, firestore: Any, eventually: Eventually
) -> None:
    someone = player()
    items = [
        one for game in range(1, 6) for one in session(START, 5, name=f"s{game}", game_id=str(game))
    ]
    playing.send(client, someone.headers, items)
    assert set(eventually(lambda: inbox(firestore, someone.uid))) == {"achievement-five_games"}


def test_an_undelivered_achievement_is_delivered_with_the_next_change(
    sql: Connection, player: Players, firestore: Any, eventually: Eventually
) -> None:
    someone = player()
    insert_undelivered(sql, someone.uid)
    firestore.document(f"players/{someone.uid}/stats/7").set({"game_id": "7"})
    assert set(eventually(lambda: inbox(firestore, someone.uid))) == {"achievement-first_hour"}
    eventually(lambda: delivered(sql, someone.uid)["first_hour"])


def test_an_undelivered_achievement_is_delivered_by_the_sweep(
    cloud: LocalCloud, sql: Connection, player: Players, firestore: Any, eventually: Eventually
) -> None:
    someone = player()
    insert_undelivered(sql, someone.uid)
    assert cloud.fire("sweep_projections").is_success
    assert set(inbox(firestore, someone.uid)) == {"achievement-first_hour"}
    assert delivered(sql, someone.uid)["first_hour"]


def insert_undelivered(sql: Connection, uid: str) -> None:
    row = {"uid": uid, "achievement_id": "first_hour", "granted_at": now() - timedelta(hours=1)}
    sql.execute(player_achievements.insert().values(row))
    mine = update(player_achievements).where(player_achievements.c.uid == uid)
    sql.execute(mine.values(delivered_at=None))
