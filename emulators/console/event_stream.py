"""The newest events, kept for every window: each reads on from where it stands.

Nobody has a queue of their own. A window that falls so far behind that its place is no longer
kept is let go, and comes again with the number of the last event that it saw.
"""

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

KEPT = 2000
RECENT = 300
ALIVE_SECONDS = 15.0
RETRY_MS = 1000


@dataclass(frozen=True)
class Entry:
    """One event and its number; None where the newest alone matters."""

    id: int | None
    event: str
    data: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """The event as the stream has it, encoded once for all windows."""
        data = json.dumps(self.data, separators=(",", ":"))
        number = "" if self.id is None else f"id: {self.id}\n"
        return f"{number}event: {self.event}\ndata: {data}\n\n"


class Ring:
    """The events, the oldest first; used on one event loop only."""

    def __init__(self, kept: int = KEPT) -> None:
        """Begin without an event."""
        self._entries: deque[Entry] = deque(maxlen=kept)
        # Numbers grow over a restart too: nobody's old place is taken for one of ours.
        self.last = time.time_ns() // 1_000_000
        self._news = asyncio.Event()
        self.figures = Entry(None, "figures", {})
        self.closed = False

    def add(self, event: str, data: dict[str, Any]) -> None:
        """Keep an event and wake whoever waits."""
        self.last += 1
        self._entries.append(Entry(self.last, event, data))
        self._wake()

    def show_figures(self, figures: dict[str, Any]) -> None:
        """Let every window know the figures, if they are others than before."""
        if figures != self.figures.data:
            self.figures = Entry(None, "figures", figures)
            self._wake()

    def close(self) -> None:
        """End every stream, so that nobody's window holds up the end of the process."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def knows(self, number: int) -> bool:
        """Tell whether everything after this event is still kept."""
        return self.last - len(self._entries) <= number <= self.last

    def after(self, number: int) -> list[Entry]:
        """Return the events after this one."""
        return list(itertools.islice(reversed(self._entries), self.last - number))[::-1]

    def recent(self, until: int) -> list[Entry]:
        """Return the newest events up to this one, the oldest first."""
        skipped = self.last - until
        return list(itertools.islice(reversed(self._entries), skipped, skipped + RECENT))[::-1]

    async def news(self, seconds: float) -> bool:
        """Wait for something new; False when nothing came for so long."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def stream(
    ring: Ring, health: Callable[[], dict[str, Any]], seen: int | None
) -> AsyncIterator[str]:
    """Yield what one window is told: what was lately, then each event as it happens.

    seen: the last event that the window knows; what came after it is sent one by one.
    """
    continues = seen is not None and ring.knows(seen)
    place = seen if seen is not None and continues else ring.last
    figures = ring.figures
    recent = [{"id": one.id, "event": one.event, "data": one.data} for one in ring.recent(place)]
    hello = {
        "health": health(),
        "figures": figures.data,
        "recent": recent,
        "continues": continues,
    }
    yield f"retry: {RETRY_MS}\n\n"
    yield Entry(place, "hello", hello).text
    while not ring.closed and ring.knows(place):
        entries = ring.after(place)
        if figures is not ring.figures:
            figures = ring.figures
            yield figures.text
        if entries:
            place += len(entries)
            yield "".join(one.text for one in entries)
        elif not await ring.news(ALIVE_SECONDS):
            yield ": alive\n\n"
