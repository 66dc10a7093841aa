"""Which series are exported when the start of a new one is refused."""

from typing import Any

import pytest

from shared.runtime import metrics, otlp
from shared.runtime.metrics import Key, Series

OLD: Key = (metrics.EVENTS_FAILED, "one", ())
NEW: Key = (metrics.DEAD_LETTERS, "one", ())


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The exported series, with whether each export was a start; starts are refused."""
    kept: list[Any] = []
    monkeypatch.setattr(otlp, "_begun", {OLD})
    monkeypatch.setattr(otlp, "_refused", set())
    monkeypatch.setattr(otlp, "_data", lambda found, now: (set(found), now is None))

    def take(data: Any) -> bool:
        kept.append(data)
        return not data[1]

    monkeypatch.setattr(otlp, "_sent", take)
    return kept


def test_a_refused_start_delays_only_its_own_series_and_not_for_ever(
    sent: list[Any],
) -> None:
    found = {OLD: Series(1, []), NEW: Series(1, [])}
    assert not otlp._send_series(found)
    assert sent == [({NEW}, True), ({OLD}, False)]
    assert not otlp._send_series(found)
    assert otlp._send_series(found)
    assert sent[-1] == ({OLD, NEW}, False)
