"""Which stats earn an achievement, and that it is granted once, on both engines."""

import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.domain.play import achievements
from shared.domain.play.model import HOUR_MS
from shared.runtime import clock, sql
from shared.schema.play import achievements as definitions
from shared.schema.play import erasures, player_stats

UNKNOWN = "unlisted:" + "cd" * 32


@pytest.fixture(autouse=True)
def _sql(runtime_sql: str) -> None:
    """Every test here reads and writes a real database."""


def player(*play_ms: int, **by_key: int) -> str:
    uid = f"player-{uuid.uuid4()}"
    played = {str(number): ms for number, ms in enumerate(play_ms, 1)} | by_key
    rows = [
        {"uid": uid, "game_key": key, "revision": 1, "play_ms": ms} for key, ms in played.items()
    ]
    sql.transact(lambda tx: sql.insert_ignore(tx, player_stats, rows))
    return uid


def earn(uid: str) -> set[str]:
    return {one.achievement_id for one in achievements.grant(uid, clock.now())}


def has(uid: str) -> list[str]:
    return [one.achievement_id for one in sql.read(lambda c: achievements.list_all(c, uid))]


@pytest.mark.parametrize(
    ("play_ms", "earned"),
    [
        ([HOUR_MS - 1], set()),
        ([HOUR_MS], {"first_hour"}),
        ([HOUR_MS // 2, HOUR_MS // 2], {"first_hour"}),
        ([HOUR_MS * 10], {"first_hour", "ten_hours"}),
        ([1, 1, 1, 1], set()),
        ([1, 1, 1, 1, 1], {"five_games"}),
        ([1, 1, 1, 1, 0], set()),
    ],
)
def test_which_stats_earn_which_achievements(play_ms: list[int], earned: set[str]) -> None:
    uid = player(*play_ms)
    assert earn(uid) == earned
    assert set(has(uid)) == earned


def test_programs_that_the_catalog_does_not_know_do_not_count() -> None:
    assert earn(player(1, 1, 1, 1, **{UNKNOWN: HOUR_MS})) == set()


def test_an_undelivered_achievement_is_returned_again_and_granted_once() -> None:
    uid = player(HOUR_MS)
    first = achievements.grant(uid, clock.now())
    assert achievements.grant(uid, clock.now()) == first


def test_concurrent_calls_grant_once() -> None:
    uid = player(HOUR_MS)
    threads = [threading.Thread(target=earn, args=(uid,)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert has(uid) == ["first_hour"]


def test_stats_from_before_an_erasure_request_earn_nothing() -> None:
    uid = player(HOUR_MS)
    requested_at = clock.now()
    request = [{"uid": uid, "requested_at": requested_at}]
    sql.transact(lambda tx: sql.insert_ignore(tx, erasures, request))
    assert achievements.grant(uid, requested_at - timedelta(seconds=1)) == []
    assert has(uid) == []


def test_a_metric_of_a_newer_release_is_ignored() -> None:
    newer = [{"achievement_id": "newer", "metric": "friends", "threshold": 0}]
    sql.transact(lambda tx: sql.insert_ignore(tx, definitions, newer))
    try:
        assert earn(player(HOUR_MS)) == {"first_hour"}
    finally:
        sql.transact(
            lambda tx: tx.execute(
                definitions.delete().where(definitions.c.achievement_id == "newer")
            )
        )


def test_each_definition_exists_once() -> None:
    found = sql.read(lambda c: list(c.scalars(select(definitions.c.achievement_id))))
    assert sorted(found) == ["first_hour", "five_games", "ten_hours"]
