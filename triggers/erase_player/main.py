"""Erases a player's data, over several deliveries if necessary."""

import time

from shared.domain.players import erasure
from shared.domain.players.erasure import ErasureRequested
from shared.runtime import errors, events

SECONDS = 240
"""Less than the manifest's timeout; the next delivery continues."""


@events.on_message(ErasureRequested, __file__)
def main(request: ErasureRequested) -> None:
    """Delete the player's data, or raise Unavailable to be redelivered if time runs out."""
    if not erasure.erase(request, time.monotonic() + SECONDS):
        raise errors.Unavailable("the erasure continues with the next delivery")
