"""Deletes expired rows."""

from shared.domain.operations import retention
from shared.runtime import events

SECONDS = 240
"""Within the timeout of 300."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Delete as much as time allows; the next hour continues."""
    return retention.clean(SECONDS)
