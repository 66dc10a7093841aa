"""Spans that wait for export are bounded in number; dropped ones are counted."""

from datetime import UTC, datetime

from shared.runtime import telemetry
from shared.runtime.tracing import Context, Span


def spans(many: int) -> list[Span]:
    here = Context("0" * 32, "0" * 16, None, sampled=True)
    return [Span(str(n), "sql", here, datetime.now(UTC), 1.0, "ok", {}) for n in range(many)]


def test_waiting_spans_are_bounded_and_dropped_ones_counted() -> None:
    state = telemetry._State()
    state.keep(spans(telemetry.MAX_WAITING - 1))
    state.keep(spans(3))
    state.keep(spans(2))
    waiting, dropped = state.take()
    assert (len(waiting), waiting[-1].name, dropped) == (telemetry.MAX_WAITING, "0", 4)
    assert state.take() == ([], 0)
    state.keep(spans(2))
    assert len(state.take()[0]) == 2
