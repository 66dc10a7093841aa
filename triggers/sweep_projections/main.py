"""Documents that are owed and were not written: what a crash or an absent store left behind."""

import time

from shared.domain.play import notices, stats
from shared.runtime import events, projections

SECONDS = 40
"""For both together, within the minute until the next call."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Write what is overdue until none is left or time is over; return how much."""
    started = time.monotonic()
    # The few that are told to players go first: stats in great number must not hold them up.
    told = notices.sweep(started + SECONDS / 2)
    written = projections.sweep(stats.KIND, started + SECONDS)
    return {"stats": written, "achievements": told}
