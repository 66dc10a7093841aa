"""The figures are those of the runs that began within the window."""

from datetime import UTC, datetime, timedelta
from typing import Any

from emulators.console.metrics import Figures

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def run(seconds_ago: float = 1, ms: float = 1, **fields: Any) -> dict[str, Any]:
    start = (NOW - timedelta(seconds=seconds_ago)).isoformat()
    known = {"function": "one", "kind": "http", "failed": False, "status": 200}
    return known | {"start": start, "ms": ms} | fields


def after(*runs: dict[str, Any]) -> Figures:
    figures = Figures()
    for one in runs:
        figures.add(one, NOW)
    return figures


def test_rates_errors_and_nearest_ranks_are_exact() -> None:
    found = after(*(run(ms=ms) for ms in range(1, 201))).known(NOW)
    assert found == {"one": {"per_minute": 40.0, "p50": 100, "p99": 198, "errors": 0}}
    failed = [run(failed=True), run(status=503), run(status=499), run(status=None)]
    other = after(*failed, run(function="other", kind="pull")).known(NOW)
    assert {name: one["errors"] for name, one in other.items()} == {"one": 2, "other": 0}


def test_only_runs_within_the_window_count() -> None:
    assert after(run(301), run(-5), run(kind="publish"), run(kind="commit")).known(NOW) == {}
    figures = after(run(290, ms=9), run(100, ms=1), run(290, function="gone"))
    assert figures.known(NOW)["one"] == {"per_minute": 0.4, "p50": 1, "p99": 9, "errors": 0}
    later = figures.known(NOW + timedelta(seconds=20))
    assert later == {"one": {"per_minute": 0.2, "p50": 1, "p99": 1, "errors": 0}}
    assert figures.known(NOW + timedelta(seconds=300)) == {}


def test_counts_are_of_all_and_percentiles_of_the_newest() -> None:
    old = [run(2, ms=500, status=500)] * 10
    found = after(*old, *[run(ms=3)] * 10_000).known(NOW)
    assert found == {"one": {"per_minute": 2002.0, "p50": 3, "p99": 3, "errors": 10}}
