"""The in-memory cache: loads once, is bounded, and never serves a value of an older version."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.runtime import errors
from shared.runtime.memory import Memory, Version


class Source:
    """A versioned source that can be unavailable and counts its reads."""

    def __init__(self) -> None:
        self.version, self.value = 1, "one"
        self.is_unavailable = False
        self.version_reads = self.loads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def read_version(self) -> int:
        self.version_reads += 1
        await asyncio.sleep(0)
        if self.is_unavailable:
            raise errors.Unavailable("away")
        return self.version

    async def wait_for_load(self, times: int) -> None:
        """Wait until this many loads have begun."""
        while self.loads < times:  # noqa: ASYNC110  a turn of the loop is all it takes
            await asyncio.sleep(0)

    async def load(self) -> str:
        self.loads += 1
        value, gate = self.value, self.gate
        await gate.wait()
        if self.is_unavailable:
            raise errors.Unavailable("away")
        return value


def run(scenario: Callable[[Source], Awaitable[None]]) -> None:
    async def run_scenario() -> None:
        await scenario(Source())

    asyncio.run(run_scenario())


def test_concurrent_calls_load_once() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version))
        found = await asyncio.gather(*(memory.get("key", source.load) for _ in range(50)))
        assert found == ["one"] * 50
        assert (source.loads, source.version_reads) == (1, 1)

    run(scenario)


def test_a_cached_value_is_returned_without_waiting() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version))
        await memory.get("key", source.load)
        answering = memory.get("key", source.load)
        with pytest.raises(StopIteration) as answered:  # without yielding to the event loop
            answering.send(None)
        assert answered.value.value == "one"

    run(scenario)


def test_a_new_version_is_loaded() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=0))
        await memory.get("key", source.load)
        source.version, source.value = 2, "two"
        assert await memory.get("key", source.load) == "two"
        assert source.loads == 2

    run(scenario)


def test_the_version_is_read_at_most_once_per_interval() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=60))
        await memory.get("key", source.load)
        source.version = 2
        assert await memory.get("key", source.load) == "one"
        assert source.version_reads == 1

    run(scenario)


def test_a_value_loaded_while_the_source_changed_is_not_cached_for_the_new_version() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=0))
        held = source.gate = asyncio.Event()
        slow = asyncio.create_task(memory.get("key", source.load))
        await source.wait_for_load(1)
        source.version, source.value = 2, "two"
        source.gate = asyncio.Event()
        source.gate.set()
        assert await memory.get("key", source.load) == "two"
        held.set()  # the older load finishes last
        assert await slow == "one"
        assert await memory.get("key", source.load) == "two"

    run(scenario)


def test_a_failure_reaches_all_waiting_callers_and_is_not_cached() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version))
        await memory.get("other", source.load)
        source.is_unavailable = True
        calls = (memory.get("key", source.load) for _ in range(3))
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(one) for one in found] == [errors.Unavailable] * 3
        assert source.loads == 2
        source.is_unavailable = False
        assert await memory.get("key", source.load) == "one"

    run(scenario)


def test_cached_values_are_served_while_the_source_is_unavailable() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=0))
        await memory.get("key", source.load)
        source.is_unavailable = True
        assert await memory.get("key", source.load) == "one"
        with pytest.raises(errors.Unavailable):
            await memory.get("unknown", source.load)

    run(scenario)


def test_without_a_version_it_is_unavailable() -> None:
    async def scenario(source: Source) -> None:
        source.is_unavailable = True
        memory = Memory[str](10, Version(source.read_version))
        with pytest.raises(errors.Unavailable):
            await memory.get("key", source.load)

    run(scenario)


def test_the_least_recently_used_value_is_evicted() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](2, Version(source.read_version))
        for key in ("a", "b", "a", "c"):
            await memory.get(key, source.load)
        assert source.loads == 3
        await memory.get("a", source.load)
        assert source.loads == 3
        await memory.get("b", source.load)
        assert source.loads == 4

    run(scenario)


def test_a_cancelled_caller_does_not_cancel_the_load() -> None:
    async def scenario(source: Source) -> None:
        memory = Memory[str](2, Version(source.read_version))
        source.gate.clear()
        first = asyncio.create_task(memory.get("key", source.load))
        await source.wait_for_load(1)
        second = asyncio.create_task(memory.get("key", source.load))
        await asyncio.sleep(0)
        first.cancel()
        source.gate.set()
        assert await second == "one"
        assert source.loads == 1

    run(scenario)
