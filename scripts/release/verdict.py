"""May a new revision go on? Decided by counts alone, so that each case can be tried on paper."""

import math
from dataclasses import dataclass
from enum import Enum

TOLERATED = 0.001
"""The share of errors that even a faultless revision is allowed: what objectives promise."""
DEVIATIONS = 3
SLOWER = 1.5


class Verdict(Enum):
    """What is done with a new revision."""

    ON = "goes on"
    BACK = "goes back"
    TOO_FEW = "was asked too seldom to tell"


@dataclass(frozen=True)
class Seen:
    """What was seen of one revision: answers, those with a 5xx status, and the slowest 1 %."""

    requests: float = 0
    errors: float = 0
    p99_ms: float = 0


def judge(old: Seen, new: Seen, *, enough: int, objective_ms: int) -> tuple[Verdict, str]:
    """Compare a new revision with the one that it would replace, in the same minutes.

    Errors count first, however few the requests: more than the old revision's share explains,
    by three standard deviations, is a reason to go back. Then there must be enough requests: an
    absence of errors in a handful says nothing. Then it may be slower than both its objective
    and one and a half times the old one only if it goes back: a new revision starts cold.
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
