"""Reporting play sessions: invalid items are rejected, and no valid item is lost."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, func, select

from shared.schema.play import play_intervals
from tests.conftest import Player
from tests.support import playing
from tests.support.playing import BATCH, batch, item, now

Players = Callable[..., Player]
LIMIT_BYTES = 262_144

HUGE = {"uptime_ms": 10**40}
WRONG = {"event_id": 5, "at": 1_700_000_000, "uptime_ms": "soon", "kind": ["ended"]}
GONE = object()
FIELDS = (
    "event_id",
    "session_id",
    "game_id",
    "unlisted",
    "kind",
    "at",
    "install_id",
    "boot_id",
    "uptime_ms",
)
BREAKS: dict[str, Callable[[str], Any]] = {
    "missing": lambda _: GONE,
    "null": lambda _: None,
    "wrong type": lambda field: WRONG.get(field, {"a": 1}),
    "huge": lambda field: HUGE.get(field, "9" * 5000),
}


def stored(sql: Connection, uid: str) -> int:
    mine = play_intervals.c.uid == uid
    return sql.scalar(select(func.count()).select_from(play_intervals).where(mine)) or 0


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("field", FIELDS)
def test_one_invalid_item_among_500_is_rejected_alone(  # noqa: PLR0913, PLR0917
    client: httpx.Client,
    player: Players,
    sql: Connection,
    eventually: Callable[..., Any],
    field: str,
    how: str,
) -> None:
    someone, at = player(), now() - timedelta(hours=1)
    items = [item(at, session=f"s-{number}") for number in range(500)]
    bad = items[123]
    if field == "unlisted":
        bad.update(game_id=None, unlisted="ab" * 32)
    value = BREAKS[how](field)
    if value is GONE:
        del bad[field]
    else:
        bad[field] = value
    receipt = playing.send(client, someone.headers, items)
    assert receipt["accepted"] == 499
    assert receipt["duplicates"] == 0
    (rejected,) = receipt["rejected"]
    assert rejected["index"] == 123
    assert (rejected["code"], rejected["retry"]) == ("invalid_item", "never")
    eventually(lambda: stored(sql, someone.uid) == 499)


@pytest.mark.parametrize("broken", [None, 7, "text", [], {}, True])
def test_an_item_that_is_not_an_object_is_rejected_alone(
    client: httpx.Client, player: Players, broken: Any
) -> None:
    receipt = playing.send(client, player().headers, [item(now()), broken])
    assert receipt["accepted"] == 1
    assert [one["index"] for one in receipt["rejected"]] == [1]


def test_duplicates_in_a_batch_are_counted_and_ignored(
    client: httpx.Client, player: Players
) -> None:
    one = item(now())
    receipt = playing.send(client, player().headers, [one, item(now()), one])
    assert receipt == {"accepted": 2, "duplicates": 1, "rejected": []}


def test_times_out_of_range_are_rejected_in_the_order_of_the_items(
    client: httpx.Client, player: Players
) -> None:
    old, ahead = now() - timedelta(days=15), now() + timedelta(minutes=7)
    items = [item(ahead), item(now()), {"no": "item"}, item(old)]
    receipt = playing.send(client, player().headers, items)
    assert [(one["index"], one["code"]) for one in receipt["rejected"]] == [
        (0, "in_future"),
        (2, "invalid_item"),
        (3, "too_old"),
    ]
    assert receipt["rejected"][0]["id"] == items[0]["event_id"]


def test_an_empty_batch_is_accepted(client: httpx.Client, player: Players) -> None:
    receipt = playing.send(client, player().headers, [])
    assert receipt == {"accepted": 0, "duplicates": 0, "rejected": []}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["code"]) == (status, code)
    return found


def test_more_than_500_items_are_too_many(client: httpx.Client, player: Players) -> None:
    items = [item(now()) for _ in range(501)]
    answer = client.post(BATCH, json=batch(items), headers=player().headers)
    found = problem(answer, 413, "too_large")
    assert (found["limit"], found["actual"]) == (500, 501)


def test_a_body_that_is_too_large_is_refused(client: httpx.Client, player: Players) -> None:
    items = [item(now(), padding="x" * 600) for _ in range(500)]
    answer = client.post(BATCH, json=batch(items), headers=player().headers)
    found = problem(answer, 413, "too_large")
    assert found["limit"] == LIMIT_BYTES
    assert found["actual"] > LIMIT_BYTES


def test_a_compressed_batch_is_accepted(client: httpx.Client, player: Players) -> None:
    body = gzip.compress(json.dumps(batch([item(now())])).encode())
    headers = {**player().headers, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = client.post(BATCH, content=body, headers=headers)
    assert answer.json()["accepted"] == 1


def test_a_gzip_bomb_is_refused_while_it_inflates(client: httpx.Client, player: Players) -> None:
    body = gzip.compress(b" " * 200_000_000)
    assert len(body) < LIMIT_BYTES
    headers = {**player().headers, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    found = problem(client.post(BATCH, content=body, headers=headers), 413, "too_large")
    assert found["limit"] == LIMIT_BYTES
    assert found["actual"] < 10 * LIMIT_BYTES, "reading stopped long before the end"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid_request"),
        (b"{", 400, "invalid_request"),
        (b"\xff\xfe", 400, "invalid_request"),
        (b"[]", 422, "invalid_body"),
        (b"null", 422, "invalid_body"),
        (b"{}", 422, "invalid_body"),
        (b'{"sent_at": "2026-01-01T00:00:00Z"}', 422, "invalid_body"),
        (b'{"sent_at": "2026-01-01T00:00:00Z", "items": {}}', 422, "invalid_body"),
        (b'{"sent_at": "2026-01-01T00:00:00Z", "items": null}', 422, "invalid_body"),
        (b'{"sent_at": "yesterday", "items": []}', 422, "invalid_body"),
        (b'{"items": []}', 422, "invalid_body"),
    ],
)
def test_an_invalid_envelope_is_refused(
    client: httpx.Client, player: Players, body: bytes, status: int, code: str
) -> None:
    problem(client.post(BATCH, content=body, headers=player().headers), status, code)


def test_a_deeply_nested_body_is_refused(client: httpx.Client, player: Players) -> None:
    body = b'{"sent_at": "2026-01-01T00:00:00Z", "items": ' + b"[" * 100_000
    problem(client.post(BATCH, content=body, headers=player().headers), 400, "invalid_request")
