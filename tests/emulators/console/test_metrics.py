"""Metrics cover the runs that started within the window."""

from datetime import UTC, datetime, timedelta
from typing import Any

from emulators.console.metrics import Metrics

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def run(seconds_ago: float = 1, ms: float = 1, **fields: Any) -> dict[str, Any]:
    start = (NOW - timedelta(seconds=seconds_ago)).isoformat()
    known = {"function": "one", "kind": "http", "failed": False, "status": 200}
    return known | {"start": start, "ms": ms} | fields


def after(*runs: dict[str, Any]) -> Metrics:
    metrics = Metrics()
    for one in runs:
        metrics.add(one, NOW)
    return metrics


def test_rates_errors_and_nearest_ranks_are_exact() -> None:
    found = after(*(run(ms=ms) for ms in range(1, 201))).snapshot(NOW)
    assert found == {"one": {"per_minute": 40.0, "p50": 100, "p99": 198, "errors": 0}}
    failed = [run(failed=True), run(status=503), run(status=499), run(status=None)]
    other = after(*failed, run(function="other", kind="pull")).snapshot(NOW)
    assert {name: one["errors"] for name, one in other.items()} == {"one": 2, "other": 0}


def test_only_runs_within_the_window_count() -> None:
    assert after(run(301), run(-5), run(kind="publish"), run(kind="commit")).snapshot(NOW) == {}
    metrics = after(run(290, ms=9), run(100, ms=1), run(290, function="gone"))
    assert metrics.snapshot(NOW)["one"] == {"per_minute": 0.4, "p50": 1, "p99": 9, "errors": 0}
    later = metrics.snapshot(NOW + timedelta(seconds=20))
    assert later == {"one": {"per_minute": 0.2, "p50": 1, "p99": 1, "errors": 0}}
    assert metrics.snapshot(NOW + timedelta(seconds=300)) == {}


def test_counts_cover_all_runs_and_percentiles_the_newest() -> None:
    old = [run(2, ms=500, status=500)] * 10
    found = after(*old, *[run(ms=3)] * 10_000).snapshot(NOW)
    assert found == {"one": {"per_minute": 2002.0, "p50": 3, "p99": 3, "errors": 10}}
