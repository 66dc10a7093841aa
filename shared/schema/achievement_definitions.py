"""The achievements that the product comes with, as rows of `achievements`."""

from typing import NamedTuple

HOUR_MS = 3_600_000


class Definition(NamedTuple):
    """An achievement: earned once a player's `metric` has reached `threshold`.

    metric: `play_ms`, playtime over all games; or `games`, how many were played at all.
    """

    achievement_id: str
    metric: str
    threshold: int


DEFINITIONS = (
    Definition("first_hour", "play_ms", HOUR_MS),
    Definition("ten_hours", "play_ms", 10 * HOUR_MS),
    Definition("five_games", "games", 5),
)
