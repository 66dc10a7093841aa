"""The achievements of the product, as rows of `achievements`."""

from typing import NamedTuple

HOUR_MS = 3_600_000


class Definition(NamedTuple):
    """An achievement, earned when a player's `metric` reaches `threshold`.

    metric: `play_ms`, the playtime in all games, or `games`, the number of games played.
    """

    achievement_id: str
    metric: str
    threshold: int


DEFINITIONS = (
    Definition("first_hour", "play_ms", HOUR_MS),
    Definition("ten_hours", "play_ms", 10 * HOUR_MS),
    Definition("five_games", "games", 5),
)
