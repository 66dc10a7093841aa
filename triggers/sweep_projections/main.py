"""Writes overdue documents left unwritten because of a crash or an unavailable store."""

import time

from shared.domain.play import notices, stats
from shared.runtime import events, projections

SECONDS = 40
"""The time for both sweeps together; the next call starts a minute later."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Write overdue documents until none remain or time runs out; return how many were written."""
    started = time.monotonic()
    # Achievements go first: they are few, and many overdue stats must not delay them.
    delivered = notices.sweep(started + SECONDS / 2)
    written = projections.sweep(stats.KIND, started + SECONDS)
    return {"stats": written, "achievements": delivered}
