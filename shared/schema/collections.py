"""Firestore collections with players' data, and how they are exported and erased.

Together with the tables' `base.Personal` they are the registry of a player's export and erasure.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Collection:
    """A collection below a player's document.

    path: `players/{uid}/…`, with the player's Firebase uid for `{uid}`.
    export: the fields in the player's export; if empty, `why_not` has the reason.
    erase: "delete" every document when the account is erased.
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
