"""Moves play of a merged game to the game that it was merged into."""

import time

from shared.domain.play import moves
from shared.runtime import events

SECONDS = 500
"""Less than the manifest's timeout; the next call continues."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Move play until time runs out; return how many pairs moved, and whether all did."""
    return moves.move_merged(time.monotonic() + SECONDS)
