"""One trace as a waterfall: every span in drawing order, with its time from the trace's start."""

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from emulators.cloud.config import CloudError
from emulators.console import log_lines as spans
from emulators.console import trace
from emulators.console.trace import Span
from shared.runtime import clock, errors

EXACT = 3
"""Digits behind a millisecond: the logs have microseconds."""


def waterfall(logs: Path, given: str, pulled: Collection[str]) -> dict[str, Any]:
    """Return the trace with this id; raise NotFound."""
    try:
        found, roots = trace.read(logs, given)
    except CloudError as error:
        raise errors.NotFound(str(error)) from None
    drawn = list(_drawn(roots))
    first = min(span.start for span, _ in drawn)
    end = max(_after(first, span) + span.ms for span, _ in drawn)
    shown = [
        {
            "id": span.id,
            "parent": span.parent,
            "depth": depth,
            "name": span.name,
            "kind": spans.kind(span.kind, span.name, span.function, pulled),
            "function": span.function,
            "start_ms": _after(first, span),
            "ms": span.ms,
            "failed": span.failed,
            "attributes": span.attributes,
            "said": span.said,
        }
        for span, depth in drawn
    ]
    start = clock.rfc3339(first)
    return {"trace": found, "start": start, "ms": round(end, EXACT), "spans": shown}


def _after(first: datetime, span: Span) -> float:
    return round((span.start - first).total_seconds() * 1000, EXACT)


def _drawn(branches: list[Span], depth: int = 0) -> Iterator[tuple[Span, int]]:
    for span in branches:
        yield span, depth
        yield from _drawn(span.children, depth + 1)
