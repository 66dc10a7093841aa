"""Whether a new revision passes the canary, case by case."""

import pytest

from scripts.release.verdict import Seen, Verdict, judge

OLD = Seen(requests=19_000, errors=0, p99_ms=80)


def verdict(old: Seen, new: Seen) -> Verdict:
    return judge(old, new, enough=300, objective_ms=100)[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (OLD, Seen(1_000, 0, 80), Verdict.ON),
        # One error may be a client's lost connection; two in 300 are not one in a thousand.
        (OLD, Seen(300, 1, 80), Verdict.ON),
        (OLD, Seen(300, 2, 80), Verdict.BACK),
        (OLD, Seen(1_000, 5, 80), Verdict.BACK),
        # Both are equally bad: a store is unavailable, the code is fine.
        (Seen(19_000, 1_900, 80), Seen(1_000, 110, 80), Verdict.ON),
        (Seen(19_000, 1_900, 80), Seen(1_000, 150, 80), Verdict.BACK),
        # Slower than before, but within the objective.
        (Seen(19_000, 0, 30), Seen(1_000, 0, 99), Verdict.ON),
        (Seen(19_000, 0, 30), Seen(1_000, 0, 101), Verdict.BACK),
        # The old revision misses the objective too.
        (Seen(19_000, 0, 400), Seen(1_000, 0, 590), Verdict.ON),
        (Seen(19_000, 0, 400), Seen(1_000, 0, 610), Verdict.BACK),
        # Too few requests never pass; many errors in few requests already fail.
        (OLD, Seen(299, 0, 10), Verdict.TOO_FEW),
        (OLD, Seen(), Verdict.TOO_FEW),
        (OLD, Seen(40, 3, 10), Verdict.BACK),
        (Seen(), Seen(1_000, 0, 80), Verdict.ON),
    ],
)
def test_a_revision_is_judged(old: Seen, new: Seen, expected: Verdict) -> None:
    assert verdict(old, new) is expected


def test_the_reason_is_readable() -> None:
    _, why = judge(OLD, Seen(300, 9, 80), enough=300, objective_ms=100)
    assert why == "9 errors in 300, at most 1.9"
