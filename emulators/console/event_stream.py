"""Keeps the newest events in one ring buffer and streams them to windows as server-sent events.

There is no queue per window: each window reads from its own position in the buffer. If a window
falls so far behind that its position is overwritten, the window is disconnected. The disconnected
window reconnects with the id of the last event that it received.
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

CAPACITY = 2000
RECENT = 300
KEEPALIVE_SECONDS = 15.0
RETRY_MS = 1000


@dataclass(frozen=True)
class Entry:
    """One event; its id is None if only the newest event of its kind matters."""

    id: int | None
    event: str
    data: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """The event in server-sent events format, encoded once for all windows."""
        data = json.dumps(self.data, separators=(",", ":"))
        id_line = "" if self.id is None else f"id: {self.id}\n"
        return f"{id_line}event: {self.event}\ndata: {data}\n\n"


class RingBuffer:
    """The events, oldest first. A buffer must be used on one event loop only."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Start empty."""
        self._entries: deque[Entry] = deque(maxlen=capacity)
        # Ids keep growing across restarts, so that an old id is never mistaken for a new one.
        self.last_id = time.time_ns() // 1_000_000
        self._changed = asyncio.Event()
        self.metrics = Entry(None, "metrics", {})
        self.closed = False

    def add(self, event: str, data: dict[str, Any]) -> None:
        """Append an event and wake the waiting windows."""
        self.last_id += 1
        self._entries.append(Entry(self.last_id, event, data))
        self._wake()

    def set_metrics(self, metrics: dict[str, Any]) -> None:
        """Send the metrics to every window if the metrics have changed."""
        if metrics != self.metrics.data:
            self.metrics = Entry(None, "metrics", metrics)
            self._wake()

    def close(self) -> None:
        """End every stream, so that open windows do not delay the shutdown."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def has_all_after(self, event_id: int) -> bool:
        """Tell whether the buffer still holds every event after the given id."""
        return self.last_id - len(self._entries) <= event_id <= self.last_id

    def after(self, event_id: int) -> list[Entry]:
        """Return the events after the given id."""
        newer = self.last_id - event_id
        return list(itertools.islice(reversed(self._entries), newer))[::-1]

    def recent(self, until: int) -> list[Entry]:
        """Return the newest events up to and including the given id, oldest first."""
        newer = self.last_id - until
        return list(itertools.islice(reversed(self._entries), newer, newer + RECENT))[::-1]

    async def changed(self, seconds: float) -> bool:
        """Wait for a change; return False on timeout."""
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def stream(
    ring: RingBuffer, health: Callable[[], dict[str, Any]], last_seen: int | None
) -> AsyncIterator[str]:
    """Yield one window's events: a `hello` with recent events, then each event as it happens.

    last_seen: the id of the last event that a reconnecting window received.
    """
    resumed = last_seen is not None and ring.has_all_after(last_seen)
    position = last_seen if last_seen is not None and resumed else ring.last_id
    metrics = ring.metrics
    recent = [{"id": one.id, "event": one.event, "data": one.data} for one in ring.recent(position)]
    hello = {
        "health": health(),
        "metrics": metrics.data,
        "recent": recent,
        "resumed": resumed,
    }
    yield f"retry: {RETRY_MS}\n\n"
    yield Entry(position, "hello", hello).text
    while not ring.closed and ring.has_all_after(position):
        entries = ring.after(position)
        if metrics is not ring.metrics:
            metrics = ring.metrics
            yield metrics.text
        if entries:
            position += len(entries)
            yield "".join(one.text for one in entries)
        elif not await ring.changed(KEEPALIVE_SECONDS):
            yield ": keepalive\n\n"
