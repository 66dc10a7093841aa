"""How often each function ran lately, how long it took and how often it failed."""

import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from emulators.console.log_lines import RUNS

WINDOW_SECONDS = 300
MOST_RUNS = 10_000
"""How many of a function's newest runs its percentiles are of; counts are of all."""
Span = dict[str, Any]
Known = dict[str, dict[str, Any]]


@dataclass
class _Runs:
    """The runs of one function, by the second in which they began."""

    counts: Counter[int] = field(default_factory=Counter)
    errors: Counter[int] = field(default_factory=Counter)
    newest: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=MOST_RUNS))
    shown: dict[str, Any] | None = None

    def add(self, second: int, ms: float, *, failed: bool) -> None:
        self.counts[second] += 1
        self.errors[second] += failed
        self.newest.append((second, ms))
        self.shown = None

    def forget(self, until: int) -> None:
        """Forget what began up to this second."""
        for second in [one for one in self.counts if one <= until]:
            del self.counts[second], self.errors[second]
            self.shown = None

    def figures(self, until: int) -> dict[str, Any]:
        """Return the figures of what began after this second."""
        if self.shown is None:
            took = sorted(ms for second, ms in self.newest if second > until)
            self.shown = {
                "per_minute": round(self.counts.total() * 60 / WINDOW_SECONDS, 1),
                "p50": _nearest_rank(took, 0.5),
                "p99": _nearest_rank(took, 0.99),
                "errors": self.errors.total(),
            }
        return self.shown


class Figures:
    """The figures of all functions within the last minutes."""

    def __init__(self) -> None:
        """Begin without a run."""
        self._functions: dict[str, _Runs] = {}

    def add(self, span: Span, now: datetime) -> None:
        """Count a span, if it is a run that began within the window."""
        begun = datetime.fromisoformat(span["start"])
        if span["kind"] not in RUNS or not 0 <= (now - begun).total_seconds() < WINDOW_SECONDS:
            return
        status = span["status"]
        failed = span["failed"] or (
            isinstance(status, int) and status >= HTTPStatus.INTERNAL_SERVER_ERROR
        )
        runs = self._functions.setdefault(span["function"], _Runs())
        runs.add(int(begun.timestamp()), span["ms"], failed=failed)

    def known(self, now: datetime) -> Known:
        """Return the figures of each function that ran within the window."""
        until = int(now.timestamp()) - WINDOW_SECONDS
        for runs in self._functions.values():
            runs.forget(until)
        self._functions = {name: runs for name, runs in self._functions.items() if runs.counts}
        return {name: runs.figures(until) for name, runs in sorted(self._functions.items())}


def _nearest_rank(ordered: Sequence[float], part: float) -> float | None:
    return ordered[math.ceil(part * len(ordered)) - 1] if ordered else None
