"""Pure functions for game keys, runs and playtime per local day.

A player's rows identify a game by its *key*: a catalog id in decimal, or `unlisted:` and the
suffix hash of a program that is not in the catalog.

A *run* is a stretch of one play session in which consecutive events are at most five minutes apart.
Runs can replace a session's events without loss. An event inside a run does not extend the run.
Whether an event outside a run belongs to it depends only on the event's distance from the run's
start or end. Merging runs therefore gives the same result as merging their events, in any order and
any number of times. Times are whole milliseconds since 1970 in UTC. Offsets are whole minutes east
of UTC.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from shared.domain.ids import UNLISTED

GAP_MS = 5 * 60_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MIN_OFFSET_MIN = -12 * 60
MAX_OFFSET_MIN = 14 * 60
"""The range of UTC offsets on earth: Baker Island to Kiritimati."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def unlisted_key(suffix_hash: bytes) -> str:
    """Return the key of a program that is not in the catalog."""
    return UNLISTED + suffix_hash.hex()


def is_unlisted(game_key: str) -> bool:
    """Return whether a key contains a hash instead of a catalog id."""
    return game_key.startswith(UNLISTED)


def hash_of_key(game_key: str) -> bytes:
    """Return the 32-byte hash of an unlisted key."""
    return bytes.fromhex(game_key.removeprefix(UNLISTED))


def unlisted_keys(game_keys: Iterable[str]) -> list[str]:
    """Return the unlisted keys, sorted."""
    return sorted(key for key in game_keys if is_unlisted(key))


class Run(NamedTuple):
    """A stretch of one session; runs sort by start, then by offset.

    start, end: milliseconds since 1970.
    offset: the UTC offset of the run's earliest event, in minutes. If several events are the
    earliest, their smallest offset is used.
    """

    start: int
    offset: int
    end: int


def to_ms(moment: datetime) -> int:
    """Convert a timezone-aware datetime, in any year, to milliseconds since 1970, rounded down."""
    since = moment - _EPOCH
    return since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """Return milliseconds since 1970 as a datetime in UTC; raise OverflowError past year 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def merge(runs: Iterable[Run]) -> list[Run]:
    """Merge a session's runs into the fewest possible runs, sorted.

    The merge is commutative, associative and idempotent.
    """
    merged: list[Run] = []
    for run in sorted(runs):
        if merged and run.start - merged[-1].end <= GAP_MS:
            last = merged[-1]
            # Runs are sorted: `last` starts earlier, or at the same time with the smaller offset.
            if run.end > last.end:
                merged[-1] = Run(last.start, last.offset, run.end)
        else:
            merged.append(run)
    return merged


def playtime(runs: Iterable[Run]) -> dict[date, int]:
    """Return the milliseconds played per local day, over the union of all sessions' runs.

    Time played on two devices at once counts once. Each instant belongs to the first run (by start,
    then offset) that covers it, and that run's offset determines the local day. Days without
    playtime are absent.
    """
    days: dict[int, int] = {}
    covered = -(1 << 63)
    for run in sorted(runs):
        start = max(run.start, covered)
        if run.end > start:
            covered = run.end
            shift = run.offset * MINUTE_MS
            _spread(days, start + shift, run.end + shift)
    return {date.fromordinal(day + _EPOCH_DAY): ms for day, ms in days.items()}


def _spread(days: dict[int, int], start: int, end: int) -> None:
    """Split the local time from `start` to `end` at midnight and add the parts to `days`."""
    while start < end:
        day = start // DAY_MS
        stop = min(end, (day + 1) * DAY_MS)
        days[day] = days.get(day, 0) + stop - start
        start = stop


class Days(NamedTuple):
    """A range of local days, inclusive at both ends."""

    first: date
    last: date

    def window(self) -> tuple[int, int]:
        """Return the earliest start and latest end of these days at any UTC offset, in ms."""
        first = (self.first.toordinal() - _EPOCH_DAY) * DAY_MS
        after = (self.last.toordinal() - _EPOCH_DAY + 1) * DAY_MS
        return first - MAX_OFFSET_MIN * MINUTE_MS, after - MIN_OFFSET_MIN * MINUTE_MS

    def union(self, other: "Days") -> "Days":
        """Return the smallest range that contains both ranges."""
        return Days(min(self.first, other.first), max(self.last, other.last))

    def each(self, since: date) -> Iterator[date]:
        """Yield the days in order, skipping those before `since`."""
        for day in range(max(self.first, since).toordinal(), self.last.toordinal() + 1):
            yield date.fromordinal(day)


def possible_days(runs: Iterable[Run]) -> Days:
    """Return the local days that instants of these runs can belong to, at any UTC offset.

    The runs' own offsets are not enough. Where runs of two sessions overlap, an instant belongs to
    only one of the runs, and that run's offset determines the local day. Raises ValueError if there
    are no runs.
    """
    start, end = None, None
    for run in runs:
        start = run.start if start is None else min(start, run.start)
        end = run.end if end is None else max(end, run.end)
    if start is None or end is None:
        raise ValueError("at least one run is required")
    return Days(_day(start, MIN_OFFSET_MIN), _day(end, MAX_OFFSET_MIN))


def _day(ms: int, offset: int) -> date:
    return date.fromordinal((ms + offset * MINUTE_MS) // DAY_MS + _EPOCH_DAY)
