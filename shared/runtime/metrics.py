"""Every metric's name, and how one is counted.

A count is a log line; Cloud Logging turns the lines into metrics (log-based counters whose
labels are the line's), so counting costs one line and no client.
"""

from typing import Final

from shared.runtime import logs

SESSIONS_ACCEPTED: Final = "sessions_accepted"
SESSIONS_REJECTED: Final = "sessions_rejected"
SESSIONS_OF_ERASED: Final = "sessions_of_erased_players"
PROJECTIONS_WRITTEN: Final = "projections_written"
PROJECTIONS_SWEPT: Final = "projections_swept"
ACHIEVEMENTS_GRANTED: Final = "achievements_granted"
DEAD_LETTERS: Final = "dead_letters"
EVENTS_FAILED: Final = "events_failed"
OUTBOX_RELAYED: Final = "outbox_relayed"
ROWS_CLEANED: Final = "rows_cleaned"


def count(name: str, amount: int = 1, **labels: str) -> None:
    """Count `amount` of the metric `name`; zero is not written."""
    if amount:
        logs.info("metric", metric={"name": name, "amount": amount, **labels})
