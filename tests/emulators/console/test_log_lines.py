"""Any log line becomes an event or nothing, and never ends the stream."""

import json
from typing import Any

import pytest

from emulators.console import log_lines
from emulators.console.trace import SPAN_ID, TRACE

NOW = "2026-01-01T00:00:00Z"
DEEP = "[" * 100_000
SPAN: dict[str, Any] = {
    "parent": None,
    "name": "GET /x",
    "kind": "http",
    "start": NOW,
    "ms": 1.5,
    "status": "ok",
    "attributes": {"status": 200},
}


def line(**fields: Any) -> bytes:
    return json.dumps({"time": NOW, "severity": "INFO", "message": "hi", **fields}).encode()


def spanned(**fields: Any) -> bytes:
    return line(**{TRACE: "projects/p/traces/abc", SPAN_ID: "def", "span": SPAN | fields})


def parsed(text: bytes) -> log_lines.Event | None:
    return log_lines.parse(text, "functions", ())


@pytest.mark.parametrize("time", [12, 1.5, None, {"at": NOW}])
def test_a_line_whose_time_is_not_a_string_has_no_time(time: Any) -> None:
    event = parsed(line(time=time))
    assert event
    assert (event.time, event.data["message"]) == ("", "hi")


@pytest.mark.parametrize(
    "text",
    [
        spanned(attributes=None),
        spanned(start="yesterday"),
        spanned(start=12),
        spanned(ms="NaN"),
        spanned(ms=float("inf")),
        line(span=None),
        line(**{TRACE: 12}),
        b'{"message": ' + DEEP.encode(),
        b'{"message": "torn',
        b"{}",
    ],
)
def test_a_malformed_line_is_skipped(text: bytes) -> None:
    assert parsed(text) is None


def test_values_that_json_cannot_hold_become_text() -> None:
    event = parsed(spanned(attributes={"status": 200, "odd": float("nan"), "deep": [[1]]}))
    assert event
    assert event.data["attributes"] == {"status": 200, "odd": "nan", "deep": "[[1]]"}


def test_long_texts_are_truncated_separately() -> None:
    event = parsed(line(message="m" * 5000, stack_trace="s" * 4000 + "t"))
    plain = parsed(b"p" * 5000)
    assert event
    assert plain
    assert event.data["message"] == "m" * 4000 + "…"
    assert event.data["stack_trace"] == "s" * 4000 + "…"
    assert plain.data["message"] == "p" * 4000 + "…"
    short = parsed(line(stack_trace="s" * 4000))
    assert short
    assert short.data["stack_trace"] == "s" * 4000
