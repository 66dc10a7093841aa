"""What was played of a merged game moves to the game that it was merged into."""

import time

from shared.domain.play import moves
from shared.runtime import events

SECONDS = 500
"""What is left after that waits for the next call; the manifest's timeout is behind it."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Move what can be moved; return how much, and whether that was all."""
    return moves.move_merged(time.monotonic() + SECONDS)
