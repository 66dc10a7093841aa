"""Deletes rows whose retention period has ended, including old play intervals."""

from shared.domain.operations import retention
from shared.runtime import events

SECONDS = 240
"""Less than the manifest's timeout; the next call continues."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Delete expired rows until none remain or time runs out; return the row count per table."""
    return retention.clean(SECONDS)
