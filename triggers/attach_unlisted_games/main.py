"""Moves an unlisted program's playtime to its game after the program is added to the catalog."""

import time

from shared.domain.play import moves
from shared.runtime import events

SECONDS = 500
"""Less than the manifest's timeout; the next call continues."""


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Move playtime until time runs out; return the number of moves and whether none remain."""
    return moves.attach_unlisted(time.monotonic() + SECONDS)
