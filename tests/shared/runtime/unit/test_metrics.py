"""Metrics: concurrent records add up, and only listed labels are accepted."""

import threading
from collections.abc import Callable, Iterator

import pytest

from shared.domain.metrics import ROLL_UP_SIZE
from shared.runtime import logs, metrics
from shared.runtime.metrics import Series

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture(autouse=True)
def empty_series(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(metrics, "_series", {})
    token = logs.context.set({"function": "f"})
    yield
    logs.context.reset(token)


def found(name: str, *labels: str) -> Series:
    return metrics.snapshot()[name, "f", labels]


def test_concurrent_records_are_not_lost() -> None:
    def record() -> None:
        logs.context.set({"function": "f"})
        for _ in range(2000):
            metrics.count(metrics.CACHE_READS, result="hit")
            metrics.observe(metrics.POOL_WAIT, 0.5)

    threads = [threading.Thread(target=record) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found(metrics.CACHE_READS, "hit").value == 16_000
    assert sum(found(metrics.POOL_WAIT).buckets) == 16_000


def test_a_value_falls_into_the_first_bucket_that_holds_it() -> None:
    bounds = metrics.INSTRUMENTS[ROLL_UP_SIZE].bounds
    for size in (1, 2, 3, 10_000):
        metrics.observe(ROLL_UP_SIZE, size)
    series = found(ROLL_UP_SIZE)
    assert series.value == 10_006
    assert len(series.buckets) == len(bounds) + 1
    assert [series.buckets[0], series.buckets[1], series.buckets[2]] == [1, 1, 1]
    assert series.buckets[-1] == 1


def test_a_gauge_keeps_its_last_value_per_label() -> None:
    for kind, value in (("stats", 5.0), ("stats", 2.0), ("other", 9.0)):
        metrics.measure(metrics.PROJECTION_LAG, value, kind=kind)
    assert found(metrics.PROJECTION_LAG, "stats").value == 2.0
    assert found(metrics.PROJECTION_LAG, "other").value == 9.0


def test_a_snapshot_does_not_change() -> None:
    metrics.observe(metrics.POOL_WAIT, 1)
    before = found(metrics.POOL_WAIT)
    metrics.observe(metrics.POOL_WAIT, 1)
    assert (sum(before.buckets), before.value) == (1, 1)


def test_zero_is_neither_counted_nor_logged(lines: Lines) -> None:
    metrics.count(metrics.OUTBOX_RELAYED, 0)
    metrics.count(metrics.OUTBOX_RELAYED, 2)
    assert [key[0] for key in metrics.snapshot()] == [metrics.OUTBOX_RELAYED]
    assert lines() == []


def test_an_unlisted_label_is_refused() -> None:
    with pytest.raises(TypeError, match="labels"):
        metrics.count(metrics.CACHE_READS, uid="ada")
