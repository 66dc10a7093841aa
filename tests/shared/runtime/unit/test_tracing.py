"""Traces: a valid header is continued, an invalid one starts a new trace, and spans nest."""

import contextvars
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime import logs, tracing
from tests.shared.runtime.unit.conftest import Lines

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def own_context() -> Callable[[Callable[[], None]], None]:
    """Run a test's body in its own context, as requests do."""
    return lambda body: contextvars.Context().run(body)


def test_a_traceparent_is_read() -> None:
    assert tracing.parse(f"00-{TRACE}-{SPAN}-01") == (TRACE, SPAN, True)
    assert tracing.parse(f" 00-{TRACE}-{SPAN}-00 ") == (TRACE, SPAN, False)
    assert tracing.parse(f"00-{TRACE}-{SPAN}-03") == (TRACE, SPAN, True)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}g-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n{'x' * 10}",
    ],
)
def test_an_invalid_header_starts_a_new_trace(
    header: str | None, own_context: Callable[[Callable[[], None]], None]
) -> None:
    assert tracing.parse(header) is None

    def body() -> None:
        begun = tracing.begin("f", header)
        assert begun.trace != TRACE
        assert begun.parent is None
        assert tracing.parse(tracing.traceparent()) == (begun.trace, begun.span, True)

    own_context(body)


@given(st.text())
def test_no_header_breaks_the_parser(header: str) -> None:
    assert tracing.parse(header) is None


def test_a_valid_trace_is_continued(own_context: Callable[[Callable[[], None]], None]) -> None:
    def body() -> None:
        begun = tracing.begin("f", f"00-{TRACE}-{SPAN}-00")
        assert (begun.trace, begun.parent, begun.sampled) == (TRACE, SPAN, False)
        assert begun.span != SPAN
        assert tracing.traceparent() == f"00-{TRACE}-{begun.span}-00"

    own_context(body)


@pytest.mark.parametrize(("share", "sampled"), [("0", False), ("1", True), ("", None)])
def test_the_sampled_share_of_new_traces_is_a_setting(
    monkeypatch: pytest.MonkeyPatch,
    share: str,
    sampled: bool | None,
    own_context: Callable[[Callable[[], None]], None],
) -> None:
    monkeypatch.setenv("TRACE_SAMPLE", share)

    def body() -> None:
        found = {tracing.begin("f", None).sampled for _ in range(50)}
        assert sampled is None or found == {sampled}

    own_context(body)


def test_there_is_no_trace_outside_a_request(
    own_context: Callable[[Callable[[], None]], None], lines: Lines
) -> None:
    def body() -> None:
        assert tracing.current() is None
        assert tracing.traceparent() is None
        with tracing.span("work"):
            tracing.statement("SELECT 1", 1.0, 1)

    own_context(body)
    assert lines() == []


def test_spans_nest_and_restore_their_parent(
    own_context: Callable[[Callable[[], None]], None], lines: Lines
) -> None:
    def body() -> None:
        begun = tracing.begin("f", f"00-{TRACE}-{SPAN}-01")
        with tracing.span("outer", size=1) as attributes:
            with tracing.span("inner", "sql"):
                tracing.statement("SELECT\n  1", 2.5, 7)
            attributes["found"] = 3
        assert tracing.current() == begun
        logs.info("after")

    own_context(body)
    statement, inner, outer, after = lines()
    ids = "logging.googleapis.com/spanId"
    assert statement["span"]["parent"] == inner[ids]
    assert inner["span"]["parent"] == outer[ids]
    assert outer["span"]["parent"] == after[ids]
    assert outer["span"]["attributes"] == {"size": 1, "found": 3}
    assert (statement["message"], statement["span"]["kind"]) == ("SELECT", "sql")
    assert statement["span"]["attributes"] == {"statement": "SELECT 1", "rows": 7}
    assert statement["span"]["ms"] == 2.5
    assert {line["logging.googleapis.com/trace"] for line in (statement, inner, outer, after)} == {
        f"projects/demo-runtime/traces/{TRACE}"
    }


def test_a_failed_span_is_marked_and_raises_the_error(
    own_context: Callable[[Callable[[], None]], None], lines: Lines
) -> None:
    def body() -> None:
        begun = tracing.begin("f", None)
        with pytest.raises(KeyError), tracing.span("work"):
            raise KeyError
        assert tracing.current() == begun

    own_context(body)
    assert [line["span"]["status"] for line in lines()] == ["error"]


def test_an_unsampled_trace_writes_no_spans(
    own_context: Callable[[Callable[[], None]], None], lines: Lines
) -> None:
    def body() -> None:
        begun = tracing.begin("f", f"00-{TRACE}-{SPAN}-00")
        with tracing.span("work") as attributes:
            attributes["found"] = 3
            tracing.statement("SELECT 1", 1.0, 1)
            assert tracing.current() == begun

    own_context(body)
    assert lines() == []


def test_a_long_statement_is_truncated(
    own_context: Callable[[Callable[[], None]], None], lines: Lines
) -> None:
    def body() -> None:
        tracing.begin("f", None)
        tracing.statement("INSERT " + "x" * 10_000, 1.0, 1)

    own_context(body)
    (line,) = lines()
    assert len(line["span"]["attributes"]["statement"]) == tracing.MAX_STATEMENT_LENGTH
