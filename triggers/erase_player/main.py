"""A player's wish to be erased is carried out, as far as time allows, then further."""

import time

from shared.domain.players import erasure
from shared.domain.players.erasure import ErasureRequested
from shared.runtime import errors, events

SECONDS = 240


@events.on_message(ErasureRequested, __file__)
def main(wish: ErasureRequested) -> None:
    """Delete what is the player's; raise Unavailable, and so come again, when time is over."""
    if not erasure.erase(wish, time.monotonic() + SECONDS):
        raise errors.Unavailable("the erasure goes on at the next delivery")
