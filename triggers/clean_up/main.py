"""Folds old play intervals and deletes expired rows."""

from shared.domain.operations import retention
from shared.runtime import events

SECONDS = 240
"""Below the manifest's timeout; the next call continues."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Delete as much as time allows; return the number of rows by table."""
    return retention.clean(SECONDS)
