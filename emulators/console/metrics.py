"""Counts each function's runs and errors, and computes latencies, over the last five minutes."""

import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from emulators.console.log_lines import RUNS

WINDOW_SECONDS = 300
MAX_RUNS = 10_000
"""The number of newest runs per function that percentiles cover; counts cover all runs."""
Span = dict[str, Any]
Snapshot = dict[str, dict[str, Any]]


@dataclass
class _Runs:
    """The runs of one function, grouped by the second in which they started."""

    counts: Counter[int] = field(default_factory=Counter)
    errors: Counter[int] = field(default_factory=Counter)
    newest: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=MAX_RUNS))
    cached: dict[str, Any] | None = None

    def add(self, second: int, ms: float, *, failed: bool) -> None:
        self.counts[second] += 1
        self.errors[second] += failed
        self.newest.append((second, ms))
        self.cached = None

    def expire(self, cutoff: int) -> None:
        """Drop the runs that started in the given second or earlier."""
        for second in [one for one in self.counts if one <= cutoff]:
            del self.counts[second], self.errors[second]
            self.cached = None

    def snapshot(self, cutoff: int) -> dict[str, Any]:
        """Return the metrics of the runs that started after the given second."""
        if self.cached is None:
            durations = sorted(ms for second, ms in self.newest if second > cutoff)
            self.cached = {
                "per_minute": round(self.counts.total() * 60 / WINDOW_SECONDS, 1),
                "p50": _nearest_rank(durations, 0.5),
                "p99": _nearest_rank(durations, 0.99),
                "errors": self.errors.total(),
            }
        return self.cached


class Metrics:
    """The metrics of all functions over the last five minutes."""

    def __init__(self) -> None:
        """Start with no runs."""
        self._functions: dict[str, _Runs] = {}

    def add(self, span: Span, now: datetime) -> None:
        """Count a span if it represents a run that started within the last five minutes."""
        start = datetime.fromisoformat(span["start"])
        if span["kind"] not in RUNS or not 0 <= (now - start).total_seconds() < WINDOW_SECONDS:
            return
        status = span["status"]
        failed = span["failed"] or (
            isinstance(status, int) and status >= HTTPStatus.INTERNAL_SERVER_ERROR
        )
        runs = self._functions.setdefault(span["function"], _Runs())
        runs.add(int(start.timestamp()), span["ms"], failed=failed)

    def snapshot(self, now: datetime) -> Snapshot:
        """Return the metrics of each function that ran within the last five minutes."""
        cutoff = int(now.timestamp()) - WINDOW_SECONDS
        for runs in self._functions.values():
            runs.expire(cutoff)
        self._functions = {name: runs for name, runs in self._functions.items() if runs.counts}
        return {name: runs.snapshot(cutoff) for name, runs in sorted(self._functions.items())}


def _nearest_rank(ordered: Sequence[float], fraction: float) -> float | None:
    return ordered[math.ceil(fraction * len(ordered)) - 1] if ordered else None
