"""An instance's cache, which is limited in size and reloads values after their source changes.

    version = memory.Version(read_version)          # read inside a request, at most every 5 s
    games = memory.Memory(4096, version)

    async def game(game_id: int) -> Reply: return await games.get(game_id, lambda: load(game_id))

Concurrent callers share a single load of a key. Each value is tagged with the version that was read
before loading. A value that is loaded during a change is therefore never served under the new
version. Failures are not cached. All code runs on one event loop. Nothing starts at import or runs
after the response.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from shared.runtime import errors, logs, metrics

T = TypeVar("T")

CHECK_SECONDS = 5.0


async def _join(
    flights: dict[Hashable, asyncio.Task[T]], key: Hashable, load: Callable[[], Awaitable[T]]
) -> T:
    """Wait for the running load of `key`, or start it.

    A caller that is cancelled does not cancel the load for the others.
    """
    task = flights.get(key)
    if task is None:

        async def run() -> T:
            return await load()

        task = asyncio.get_running_loop().create_task(run())
        flights[key] = task
        task.add_done_callback(lambda _: flights.pop(key, None))
    return await asyncio.shield(task)


class Version:
    """The source's version, which is read again on demand if the last reading is too old.

    While the source is unavailable, cached values of the last known version are served.
    """

    def __init__(self, read: Callable[[], Awaitable[int]], seconds: float = CHECK_SECONDS) -> None:
        self._read = read
        self._seconds = seconds
        self._known: int | None = None
        self._read_at = 0.0
        self._flights: dict[Hashable, asyncio.Task[int]] = {}

    async def current(self) -> int:
        """Return the version, or raise Unavailable if no version has ever been read."""
        if self._known is not None and time.monotonic() - self._read_at < self._seconds:
            return self._known
        return await _join(self._flights, None, self._refresh)

    async def _refresh(self) -> int:
        try:
            self._known = await self._read()
        except errors.Unavailable as error:
            if self._known is None:
                raise
            logs.warning(
                "the version cannot be read; cached values are served", reason=error.detail
            )
        self._read_at = time.monotonic()
        return self._known


class Memory(Generic[T]):
    """A cache that holds up to `size` values and evicts the least recently used one."""

    def __init__(self, size: int, version: Version) -> None:
        self._size = size
        self._version = version
        self._kept: OrderedDict[Hashable, tuple[int, T]] = OrderedDict()
        self._flights: dict[Hashable, asyncio.Task[T]] = {}

    async def get(self, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        """Return the cached value of `key`, or load it once for all concurrent callers."""
        version = await self._version.current()
        kept = self._kept.get(key)
        if kept is not None and kept[0] == version:
            self._kept.move_to_end(key)
            metrics.count(metrics.CACHE_READS, result="hit")
            return kept[1]
        metrics.count(metrics.CACHE_READS, result="miss")

        async def load_and_keep() -> T:
            value = await load()
            self._kept[key] = (version, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return value

        return await _join(self._flights, (key, version), load_and_keep)
