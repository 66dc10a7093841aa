"""Publishes committed outbox messages that were left unpublished by their own request."""

import time

from shared.runtime import events, outbox

BATCH = 500
SECONDS = 40


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Publish overdue messages, oldest first, until none remain or time runs out."""
    until = time.monotonic() + SECONDS
    published = batch = outbox.sweep(BATCH)
    while batch == BATCH and time.monotonic() < until:
        batch = outbox.sweep(BATCH)
        published += batch
    return {"published": published}
