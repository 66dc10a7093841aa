"""What play is made of: game keys, runs, and playtime per local day. Pure functions, no store.

A player's rows name a game by its *key*: a catalog id in decimal, or `unlisted:` and the suffix
hash of a program that the catalog does not know.

A *run* is a stretch of one play session in which consecutive events are at most five minutes
apart. Runs replace a session's events without loss: an event inside a run is within five minutes
of its neighbours, and one outside is nearest to the run's start or end. So merging runs gives the
same result as merging the events, in any order, any number of times. Times are whole milliseconds
since 1970 in UTC, offsets whole minutes east of UTC.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

GAP_MS = 5 * 60_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MIN_OFFSET_MIN = -12 * 60
MAX_OFFSET_MIN = 14 * 60
"""The range of UTC offsets on earth: Baker Island to Kiritimati."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()

UNLISTED = "unlisted:"
"""Prefix of the key of a game that the catalog does not know; sorts after every decimal id."""


def unlisted_key(suffix_hash: bytes) -> str:
    """Return the key of a program that the catalog does not know."""
    return UNLISTED + suffix_hash.hex()


def is_unlisted(game_key: str) -> bool:
    """Tell whether a key holds a hash instead of a game's id."""
    return game_key.startswith(UNLISTED)


def hash_of_key(game_key: str) -> bytes:
    """Return the 32 bytes of an unlisted key's hash."""
    return bytes.fromhex(game_key.removeprefix(UNLISTED))


def only_unlisted(game_keys: Iterable[str]) -> list[str]:
    """Return the unlisted keys, sorted."""
    return sorted(key for key in game_keys if is_unlisted(key))


class Run(NamedTuple):
    """A stretch of one session; runs sort by their start, then by their offset.

    offset: UTC offset in minutes of the run's earliest event; the smaller if two are simultaneous.
    """

    start: int
    offset: int
    end: int


def to_ms(moment: datetime) -> int:
    """Return an aware time as milliseconds since 1970, rounded down; any year works."""
    since = moment - _EPOCH
    return since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """Return milliseconds since 1970 as an aware time in UTC; raises OverflowError past 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def merge(runs: Iterable[Run]) -> list[Run]:
    """Return the maximal runs of one session, sorted; commutative, associative and idempotent."""
    merged: list[Run] = []
    for run in sorted(runs):
        if merged and run.start - merged[-1].end <= GAP_MS:
            last = merged[-1]
            # Sorted: the last one starts first, and of two starts at once has the smaller offset.
            if run.end > last.end:
                merged[-1] = Run(last.start, last.offset, run.end)
        else:
            merged.append(run)
    return merged


def playtime(runs: Iterable[Run]) -> dict[date, int]:
    """Return milliseconds played per local day: the measure of the union over all sessions.

    Two devices at once count once: each instant belongs to the first run (by start, then offset)
    that covers it, and to the local day by that run's offset. Days without playtime are absent.
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
    """Add the local stretch from `start` to `end` to the days that it touches."""
    while start < end:
        day = start // DAY_MS
        stop = min(end, (day + 1) * DAY_MS)
        days[day] = days.get(day, 0) + stop - start
        start = stop


class Days(NamedTuple):
    """A range of local days, both included."""

    first: date
    last: date

    def window(self) -> tuple[int, int]:
        """Return the span of milliseconds outside which nothing belongs to these days."""
        first = (self.first.toordinal() - _EPOCH_DAY) * DAY_MS
        after = (self.last.toordinal() - _EPOCH_DAY + 1) * DAY_MS
        return first - MAX_OFFSET_MIN * MINUTE_MS, after - MIN_OFFSET_MIN * MINUTE_MS

    def union(self, other: "Days") -> "Days":
        """Return the smallest range that holds both."""
        return Days(min(self.first, other.first), max(self.last, other.last))

    def each(self, since: date) -> Iterator[date]:
        """Yield the days in order, without those before `since`."""
        for day in range(max(self.first, since).toordinal(), self.last.toordinal() + 1):
            yield date.fromordinal(day)


def possible_days(runs: Iterable[Run]) -> Days:
    """Return every local day that an instant of these runs can belong to, whatever the offset.

    The runs' own offsets do not bound it: where runs of two sessions overlap, an instant may
    move from the one's day to the other's.
    """
    start, end = None, None
    for run in runs:
        start = run.start if start is None else min(start, run.start)
        end = run.end if end is None else max(end, run.end)
    if start is None or end is None:
        raise ValueError("no runs, no days")
    return Days(_day(start, MIN_OFFSET_MIN), _day(end, MAX_OFFSET_MIN))


def _day(ms: int, offset: int) -> date:
    return date.fromordinal((ms + offset * MINUTE_MS) // DAY_MS + _EPOCH_DAY)
