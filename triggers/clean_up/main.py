"""Rows go when their table says they end; old play intervals become day totals."""

import time

from shared.domain.operations import retention
from shared.domain.play import playtime
from shared.runtime import clock, events

RUNS_A_BATCH = 1000
SECONDS = 120
"""For each of the two, within a timeout of 300."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Do as much as time allows; the next hour does the rest."""
    gone = retention.clean(time.monotonic() + SECONDS)
    return gone | {"play_intervals": _fold(time.monotonic() + SECONDS)}


def _fold(until: float) -> int:
    folded = batch = playtime.fold(clock.now() - playtime.FOLDED, RUNS_A_BATCH)
    while batch == RUNS_A_BATCH and time.monotonic() < until:
        batch = playtime.fold(clock.now() - playtime.FOLDED, RUNS_A_BATCH)
        folded += batch
    return folded
