"""Cursors are opaque and typed, and a tampered one is a client error."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime import errors
from shared.runtime.http import paging
from shared.runtime.http.replies import Reply

UNREADABLE = ["", "x", "é", "====", "a b", "../..", "🙂", "[1]", "\x00", "A" * 1001]


@given(st.text(), st.integers(), st.datetimes(timezones=st.just(UTC)))
def test_a_cursor_round_trips(text: str, number: int, moment: datetime) -> None:
    cursor = paging.encode_cursor(text, number, moment)
    assert paging.decode_cursor(cursor, str, int, datetime) == (text, number, moment)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?#% ")


def cursor_of(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "tampered",
    [
        *UNREADABLE,
        paging.encode_cursor("a", 1)[:-3],
        paging.encode_cursor("a", 1) + "!",
        paging.encode_cursor("a"),
        paging.encode_cursor("a", 1, 2),
        paging.encode_cursor("a", "b"),
        paging.encode_cursor(1, "a"),
        cursor_of(7),
        cursor_of(None),
        cursor_of({"a": 1, "1": 2}),
        cursor_of("a1"),
    ],
)
def test_a_tampered_cursor_is_named_in_the_response(tampered: str) -> None:
    with pytest.raises(errors.BadRequest) as raised:
        paging.decode_cursor(tampered, str, int)
    (named,) = raised.value.members["errors"]
    assert named["field"] == "cursor"


@given(st.text())
def test_any_text_is_at_worst_a_bad_request(text: str) -> None:
    try:
        found = paging.decode_cursor(text, str, int)
    except errors.BadRequest:
        return
    assert [type(part) for part in found] == [str, int]


def test_the_last_page_has_no_cursor() -> None:
    page = paging.page([1, 2], "numbers", None)
    assert json.loads(Reply(page).body) == {"items": [1, 2]}


@pytest.mark.parametrize(("last", "types"), [(7, [int]), ((7, "a"), [int, str]), (0, [int])])
def test_a_cursor_continues_its_query(last: Any, types: list[type]) -> None:
    cursor = paging.page([1], "tools of 7", last).next_cursor
    assert paging.after(cursor, "tools of 7", *types) == last
    with pytest.raises(errors.BadRequest, match="another query"):
        paging.after(cursor, "tools of 8", *types)


@pytest.mark.parametrize("cursor", [None, ""])
def test_without_a_cursor_a_list_starts_at_the_beginning(cursor: str | None) -> None:
    assert paging.after(cursor, "tools", int) is None


def test_a_cursor_of_another_query_is_named_in_the_response() -> None:
    cursor = paging.encode_cursor("tools of 7", 12)
    assert paging.decode_own_cursor(cursor, "tools of 7", int) == (12,)
    with pytest.raises(errors.BadRequest, match="another query") as raised:
        paging.decode_own_cursor(cursor, "tools of 8", int)
    assert raised.value.members["errors"][0]["field"] == "cursor"
