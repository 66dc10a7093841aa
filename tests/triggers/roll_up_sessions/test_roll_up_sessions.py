"""From a report over HTTPS to rows and documents, even while a store is unavailable."""

import base64
import json
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select

from shared.runtime import clock
from shared.schema.operations import dead_letters, event_failures, projections
from shared.schema.play import play_intervals, player_stats, playtime_days
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud
from tests.support.playing import now, session

MINUTE = 60_000
START = now() - timedelta(hours=2)

Players = Callable[..., Player]
Eventually = Callable[..., Any]


def play_ms(sql: Connection, uid: str) -> int:
    rows = sql.execute(select(playtime_days.c.play_ms).where(playtime_days.c.uid == uid))
    return sum(rows.scalars())


def document(firestore: Any, uid: str, game_id: str = "7") -> Any:
    found = firestore.document(f"players/{uid}/stats/{game_id}").get().to_dict()
    if found:
        found.pop("traceparent")
    return found


def stats_ms(firestore: Any, uid: str) -> int:
    found = document(firestore, uid)
    return found["play_ms"] if found else 0


def test_a_session_becomes_playtime_and_a_document(
    client: httpx.Client,
    player: Players,
    sql: Connection,
    firestore: Any,
    eventually: Eventually,
) -> None:
    someone = player()
    playing.send(client, someone.headers, session(START, 30))
    found = eventually(lambda: document(firestore, someone.uid))
    assert found == {
        "game_id": "7",
        "play_ms": 30 * MINUTE,
        "first_played_at": START,
        "last_played_at": START + timedelta(minutes=30),
        "last_ended_at": START + timedelta(minutes=30),
        "revision": 1,
    }
    items = client.get("/v1/me/playtime", headers=someone.headers).json()["items"]
    assert sum(one["play_ms"] for one in items) == 30 * MINUTE


def test_batches_in_any_order_with_duplicates_and_a_wrong_clock(
    client: httpx.Client, player: Players, sql: Connection, firestore: Any, eventually: Eventually
) -> None:
    """Half of the events are recorded and sent while the clock is 3 hours ahead."""
    someone, wrong = player(), timedelta(hours=3)
    first, second = session(START, 100)[:13], session(START, 100)[13:]
    for one, moment in zip(first, range(0, 52, 4), strict=True):
        one["at"] = (START + wrong + timedelta(minutes=moment)).isoformat()
    random.shuffle(first)
    random.shuffle(second)
    sent = [(second, now()), (first, now() + wrong), (first[:5], now() + wrong), (second, now())]
    for items, sent_at in sent:
        body = playing.batch(items, sent_at)
        response = client.post(playing.BATCH, json=body, headers=someone.headers)
        assert response.json()["accepted"] == len(items)
    eventually(lambda: play_ms(sql, someone.uid) == 100 * MINUTE)
    intervals = select(play_intervals).where(play_intervals.c.uid == someone.uid)
    assert len(sql.execute(intervals).all()) == 1
    playing.send(client, someone.headers, session(START, 101)[-1:])
    eventually(lambda: stats_ms(firestore, someone.uid) == 101 * MINUTE)


def test_while_playing_a_document_is_written_once_a_minute(
    client: httpx.Client, player: Players, sql: Connection, firestore: Any, eventually: Eventually
) -> None:
    someone = player()
    items = session(START, 30)
    playing.send(client, someone.headers, items[:2])
    eventually(lambda: document(firestore, someone.uid))
    mine = select(projections).where(projections.c.uid == someone.uid)
    eventually(lambda: sql.execute(mine).one().due_at is None)
    playing.send(client, someone.headers, items[2:4])
    eventually(lambda: play_ms(sql, someone.uid) == 12 * MINUTE)
    row = sql.execute(mine).one()
    assert row.due_at == row.projected_at + timedelta(minutes=1)
    assert document(firestore, someone.uid)["play_ms"] == 4 * MINUTE
    playing.send(client, someone.headers, items[4:])
    eventually(lambda: stats_ms(firestore, someone.uid) == 30 * MINUTE)


def test_an_unavailable_document_store_delays_only_the_documents(  # noqa: PLR0913, PLR0917
    cloud: LocalCloud,
    client: httpx.Client,
    player: Players,
    sql: Connection,
    firestore: Any,
    eventually: Eventually,
) -> None:
    someone = player()
    with cloud.without("firestore"):
        playing.send(client, someone.headers, session(START, 30))
        eventually(lambda: play_ms(sql, someone.uid) == 30 * MINUTE)
        mine = select(projections.c.due_at).where(projections.c.uid == someone.uid)
        assert sql.scalar(mine) is not None
    assert (
        sql.scalar(select(dead_letters.c.event_id).where(dead_letters.c.uid == someone.uid)) is None
    )

    def swept() -> Any:
        cloud.fire("sweep_projections")
        return document(firestore, someone.uid)

    assert eventually(swept, 60)["play_ms"] == 30 * MINUTE
    assert sql.scalar(mine) is None


def test_an_unavailable_database_delays_everything_and_loses_nothing(
    cloud: LocalCloud,
    client: httpx.Client,
    player: Players,
    sql: Connection,
    eventually: Eventually,
) -> None:
    began, players = now(), [player() for _ in range(20)]

    def unavailable() -> int:
        log = cloud.cloud.log("functions").read_text()
        return log.count('"roll_up_sessions ← savepoint.sessions.reported.v1 503"')

    before = unavailable()
    with cloud.without("mysql"):
        for one in players:
            playing.send(client, one.headers, session(START, 30))
        eventually(lambda: unavailable() - before >= 5 * len(players), 120)
    left = {one.uid for one in players}

    def arrived() -> bool:
        left.difference_update({uid for uid in left if play_ms(sql, uid) == 30 * MINUTE})
        return not left

    sql.invalidate()  # it was connected to the killed server
    eventually(arrived, 120)
    new = select(dead_letters.c.event_id).where(dead_letters.c.recorded_at >= began)
    assert sql.execute(new).all() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"{}",
        b'{"uid": "u", "received_at": "2026-01-01T00:00Z", "sessions": [1]}',
    ],
)
def test_an_unreadable_message_becomes_a_dead_letter(
    cloud: LocalCloud, sql: Connection, eventually: Eventually, body: bytes
) -> None:
    event_id = uuid.uuid4().hex
    cloud.publish("sessions-reported", body, **{"ce-id": event_id})
    mine = select(dead_letters).where(dead_letters.c.event_id == event_id)
    letter = eventually(lambda: sql.execute(mine).one_or_none())
    assert (letter.consumer, letter.code) == ("roll_up_sessions", "unreadable")
    assert base64.b64decode(json.loads(letter.body)["message"].get("data", "")) == body


def test_an_event_that_is_too_late_becomes_a_dead_letter(
    cloud: LocalCloud, sql: Connection, eventually: Eventually
) -> None:
    uid, event_id = f"late-{uuid.uuid4()}", uuid.uuid4().hex
    at = (clock.now() - timedelta(days=56)).isoformat()
    body = (
        f'{{"uid": "{uid}", "received_at": "{at}", "sessions": [{{"game_key": "7", "session_id": '
        f'"s", "runs": [{{"start_at": "{at}", "end_at": "{at}", "utc_offset_min": 0}}]}}]}}'
    )
    cloud.publish("sessions-reported", body.encode(), **{"ce-id": event_id})
    mine = select(dead_letters).where(dead_letters.c.event_id == event_id)
    assert eventually(lambda: sql.execute(mine).one_or_none()).code == "too_late"
    assert sql.scalar(select(player_stats.c.uid).where(player_stats.c.uid == uid)) is None
    failures = select(event_failures.c.event_id).where(event_failures.c.event_id == event_id)
    assert sql.scalar(failures) is None
