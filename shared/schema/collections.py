"""Every Firestore collection that holds a player's data: how it is exported and erased.

The tables say the same for themselves (`base.Personal`); both together are the registry that
the player's export and erasure walk through.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Collection:
    """One collection below a player's document.

    path: `players/{uid}/…`, with the player's Firebase uid for `{uid}`.
    export: the fields that the player's export shows; empty with a reason in `why_not`.
    erase: "delete" every document in it when the account is erased.
    """

    path: str
    export: tuple[str, ...]
    erase: Literal["delete"] = "delete"
    why_not: str = ""

    def of(self, uid: str) -> str:
        """Return the collection's path for one player."""
        return self.path.format(uid=uid)


STATS = Collection(
    "players/{uid}/stats",
    export=(),
    why_not="copies of player_stats, which is exported",
)
INBOX = Collection("players/{uid}/inbox", export=("code", "params", "created_at", "read"))

COLLECTIONS = (STATS, INBOX)
