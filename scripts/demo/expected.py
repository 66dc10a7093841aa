"""Calculates the expected playtime of a player without using any of the product's code.

Time is split at midnight and at the start and end of every session. A covered interval counts once,
even if several sessions cover the interval.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from scripts.demo.players import DAY, Player, Session

LONGEST_PAUSE = 300
HOUR_MS = 3_600_000
GAMES_FOR_FIVE = 5


@dataclass
class Stats:
    """A game's expected stats, with times in whole seconds since 1970."""

    play_ms: int
    first_played_at: int
    last_played_at: int
    last_ended_at: int | None


@dataclass
class Truth:
    """All expected results for one player."""

    days: dict[tuple[str, date], int]
    stats: dict[str, Stats]
    achievements: set[str]


def truth(player: Player) -> Truth:
    """Return the expected results for a player."""
    by_game: dict[str, list[Session]] = defaultdict(list)
    for session in player.sessions:
        by_game[session.moments[0].game_key].append(session)
    days: dict[tuple[str, date], int] = {}
    stats = {}
    for game, sessions in by_game.items():
        counted = _days(sessions, player.offset_min * 60)
        days |= {(game, day): ms for day, ms in counted.items()}
        moments = [moment for session in sessions for moment in session.moments]
        stats[game] = Stats(
            sum(counted.values()),
            min(one.at for one in moments),
            max(one.at for one in moments),
            max((one.at for one in moments if one.kind == "ended"), default=None),
        )
    return Truth(days, stats, _achievements(stats))


def _days(sessions: Iterable[Session], offset: int) -> dict[date, int]:
    played = []
    for session in sessions:
        times = sorted({moment.at for moment in session.moments})
        played += [
            (before, after) for before, after in pairwise(times) if after - before <= LONGEST_PAUSE
        ]
    cuts = {edge for stretch in played for edge in stretch}
    cuts |= set(_midnights(cuts, offset))
    days: Counter[date] = Counter()
    for start, end in pairwise(sorted(cuts)):
        if any(before <= start and end <= after for before, after in played):
            days[datetime.fromtimestamp(start + offset, UTC).date()] += (end - start) * 1000
    return dict(days)


def _midnights(cuts: set[int], offset: int) -> Iterable[int]:
    if cuts:
        first = (min(cuts) + offset) // DAY * DAY - offset
        yield from range(first + DAY, max(cuts), DAY)


def _achievements(stats: dict[str, Stats]) -> set[str]:
    known = [one.play_ms for game, one in stats.items() if not game.startswith("unlisted:")]
    earned = set()
    if sum(known) >= HOUR_MS:
        earned.add("first_hour")
    if sum(known) >= 10 * HOUR_MS:
        earned.add("ten_hours")
    if sum(1 for ms in known if ms) >= GAMES_FOR_FIVE:
        earned.add("five_games")
    return earned
