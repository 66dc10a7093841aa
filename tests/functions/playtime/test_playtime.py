"""A player's playtime and achievements through the gateway."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from shared.schema.play import player_achievements, playtime_days
from tests.conftest import Player

Players = Callable[..., Player]
DAYS, ACHIEVED = "/v1/me/playtime", "/v1/me/achievements"
DAY = date(2026, 3, 1)
HASH = "ab" * 32


def played(sql: Connection, uid: str, *days: tuple[date, str, int]) -> None:
    rows = [
        {"uid": uid, "day": day, "game_key": key, "play_ms": play_ms} for day, key, play_ms in days
    ]
    sql.execute(playtime_days.insert(), rows)


def get(client: httpx.Client, who: Player, **query: Any) -> dict[str, Any]:
    answer = client.get(DAYS, params=query, headers=who.headers)
    assert answer.status_code == httpx.codes.OK, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_days_and_games_of_a_range(client: httpx.Client, player: Players, sql: Connection) -> None:
    someone, other = player(), player()
    played(sql, other.uid, (DAY, "1", 5))
    played(
        sql,
        someone.uid,
        (DAY - timedelta(days=1), "1", 1),
        (DAY, "10", 2),
        (DAY, "9", 3),
        (DAY, "8", 0),
        (DAY + timedelta(days=1), f"unlisted:{HASH}", 4),
        (DAY + timedelta(days=2), "1", 5),
    )
    assert get(client, someone, **{"from": DAY, "to": DAY + timedelta(days=1)}) == {
        "items": [
            {"day": "2026-03-01", "game_id": "10", "play_ms": 2},
            {"day": "2026-03-01", "game_id": "9", "play_ms": 3},
            {"day": "2026-03-02", "unlisted": HASH, "play_ms": 4},
        ]
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_pages_contain_everything_once(
    client: httpx.Client, player: Players, sql: Connection, limit: int
) -> None:
    someone = player()
    wanted = [(DAY + timedelta(days=n // 3), str(n % 3), n + 1) for n in range(6)]
    played(sql, someone.uid, *wanted)
    found, query = [], {"from": DAY, "to": DAY + timedelta(days=9), "limit": limit}
    while True:
        page = get(client, someone, **query)
        found += page["items"]
        assert len(page["items"]) <= limit
        if "next_cursor" not in page:
            break
        query["cursor"] = page["next_cursor"]
    assert [(one["day"], one["game_id"], one["play_ms"]) for one in found] == [
        (day.isoformat(), key, ms) for day, key, ms in wanted
    ]


def test_the_last_thirty_days_are_the_default(
    client: httpx.Client, player: Players, sql: Connection
) -> None:
    someone, today = player(), datetime.now(UTC).date()
    played(sql, someone.uid, (today, "1", 1), (today - timedelta(days=31), "1", 2))
    assert [one["play_ms"] for one in get(client, someone)["items"]] == [1]
    assert [
        one["play_ms"] for one in get(client, someone, to=today - timedelta(days=5))["items"]
    ] == [2]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"to": "2026-02-30"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2025-01-01", "to": "2026-01-02"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"limit": "0"},
        {"limit": "501"},
        {"cursor": "not ours"},
        {"cursor": "WyJ4Il0"},
    ],
)
def test_an_invalid_parameter_is_named(
    client: httpx.Client, player: Players, query: dict[str, str]
) -> None:
    answer = client.get(DAYS, params=query, headers=player().headers)
    assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
    assert answer.json()["errors"][0]["field"] in {*query, "to"}


@pytest.mark.parametrize(
    "query",
    [{"from": "2025-01-01", "to": "2026-01-01"}, {"to": "0001-01-01"}, {"from": "9999-12-31"}],
)
def test_the_earliest_and_latest_dates_are_accepted(
    client: httpx.Client, player: Players, query: dict[str, str]
) -> None:
    assert get(client, player(), **query) == {"items": []}


def test_an_unchanged_response_is_not_sent_again(client: httpx.Client, player: Players) -> None:
    someone = player()
    tag = client.get(ACHIEVED, headers=someone.headers).headers["etag"]
    again = client.get(ACHIEVED, headers={**someone.headers, "If-None-Match": tag})
    assert again.status_code == httpx.codes.NOT_MODIFIED


def test_achievements_are_listed_oldest_first(
    client: httpx.Client, player: Players, sql: Connection
) -> None:
    someone, other = player(), player()
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    rows = [
        {"uid": someone.uid, "achievement_id": "ten_hours", "granted_at": at + timedelta(hours=9)},
        {"uid": someone.uid, "achievement_id": "first_hour", "granted_at": at},
        {"uid": other.uid, "achievement_id": "five_games", "granted_at": at},
    ]
    sql.execute(player_achievements.insert(), rows)
    found = client.get(ACHIEVED, headers=someone.headers).json()
    assert [one["achievement_id"] for one in found["items"]] == ["first_hour", "ten_hours"]
    assert found["items"][0]["granted_at"] == "2026-03-01T12:00:00Z"
