"""Every Firestore collection that contains a player's data, and the fields that are exported.

Erasure deletes all of them. Tables declare the same with `base.Personal`; export and erasure use
both registries.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """A collection under a player's document.

    path: `players/{uid}/…`, with the player's Firebase uid for `{uid}`.
    export: the fields in the player's export; if empty, `why_not` gives the reason.
    """

    path: str
    export: tuple[str, ...]
    why_not: str = ""

    def of(self, uid: str) -> str:
        """Return the collection's path for one player."""
        return self.path.format(uid=uid)


STATS = Collection(
    "players/{uid}/stats",
    export=(),
    why_not="copies of player_stats, which is exported",
)
NOTICES = Collection("players/{uid}/inbox", export=("code", "params", "created_at", "read"))

COLLECTIONS = (STATS, NOTICES)
