"""What anybody's line comes to: an event, or nothing, and never the end of the stream."""

import json
from typing import Any

import pytest

from emulators.console import log_lines as spans
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


def told(text: bytes) -> spans.Said | None:
    return spans.event(text, "functions", ())


@pytest.mark.parametrize("time", [12, 1.5, None, {"at": NOW}])
def test_a_line_whose_time_is_no_text_has_none(time: Any) -> None:
    said = told(line(time=time))
    assert said
    assert (said.time, said.data["message"]) == ("", "hi")


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
def test_a_line_that_cannot_be_read_costs_itself_only(text: bytes) -> None:
    assert told(text) is None


def test_what_the_page_could_not_read_is_text() -> None:
    said = told(spanned(attributes={"status": 200, "odd": float("nan"), "deep": [[1]]}))
    assert said
    assert said.data["attributes"] == {"status": 200, "odd": "nan", "deep": "[[1]]"}


def test_long_texts_are_cut_and_the_traceback_is_its_own() -> None:
    said = told(line(message="m" * 5000, stack_trace="s" * 4000 + "t"))
    plain = told(b"p" * 5000)
    assert said
    assert plain
    assert said.data["message"] == "m" * 4000 + "…"
    assert said.data["stack_trace"] == "s" * 4000 + "…"
    assert plain.data["message"] == "p" * 4000 + "…"
    short = told(line(stack_trace="s" * 4000))
    assert short
    assert short.data["stack_trace"] == "s" * 4000
