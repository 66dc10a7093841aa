"""Lists every Firestore collection that contains players' data, and the exported fields.

Erasure deletes the player's documents in all of these collections. Tables declare their personal
data with `base.Personal`. Export and erasure use both kinds of declarations.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """A collection under a player's document.

    path: `players/{uid}/…`, where `{uid}` is the player's Firebase uid.
    export: the fields in the player's export; if empty, `why_not` states the reason.
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
