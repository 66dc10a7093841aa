"""Decides from metrics alone whether the release of a new revision may continue."""

import math
from dataclasses import dataclass
from enum import Enum

TOLERATED = 0.001
"""The share of errors that is always tolerated, the same as in the objectives."""
DEVIATIONS = 3
SLOWER = 1.5


class Verdict(Enum):
    """The decision about a new revision."""

    ON = "continues"
    BACK = "is reverted"
    TOO_FEW = "has too few requests"


@dataclass(frozen=True)
class Seen:
    """One revision's number of requests, number of 5xx responses and p99 latency."""

    requests: float = 0
    errors: float = 0
    p99_ms: float = 0


def judge(old: Seen, new: Seen, *, enough: int, objective_ms: int) -> tuple[Verdict, str]:
    """Compare a new revision with the revision that it replaces, over the same period.

    The new revision is reverted if its errors exceed the number predicted from the old revision by
    more than three standard deviations, even if it has few requests. Otherwise, the new revision
    must have enough requests. Its p99 latency must then not exceed its objective or 1.5 times the
    old revision's p99, whichever is larger. The margin allows for cold starts.
    """
    share = max(TOLERATED, old.errors / old.requests if old.requests else 0)
    expected = share * new.requests
    most = expected + DEVIATIONS * math.sqrt(expected)
    if new.errors > max(most, 1):
        return Verdict.BACK, f"{new.errors:.0f} errors in {new.requests:.0f}, at most {most:.1f}"
    if new.requests < enough:
        return Verdict.TOO_FEW, f"{new.requests:.0f} of {enough} requests"
    limit = max(objective_ms, SLOWER * old.p99_ms)
    if new.p99_ms > limit:
        return Verdict.BACK, f"p99 {new.p99_ms:.0f} ms, at most {limit:.0f}"
    return Verdict.ON, f"{new.errors:.0f} errors in {new.requests:.0f}, p99 {new.p99_ms:.0f} ms"
