"""Moves playtime recorded under a program's hash to its game once the game is in the catalog."""

import time

from shared.domain.play import moves
from shared.runtime import events

SECONDS = 500
"""Less than the manifest's timeout; the next call continues."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Move playtime until time runs out; return how many pairs were moved and whether all were."""
    return moves.attach_unlisted(time.monotonic() + SECONDS)
