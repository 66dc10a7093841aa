"""What an instance keeps: loaded once, bounded, never under a version that it is too old for."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.runtime import errors
from shared.runtime.memory import Memory, Version


class Source:
    """Something with a version that can go away, and that counts how often it is asked."""

    def __init__(self) -> None:
        self.version, self.value = 1, "one"
        self.is_away = False
        self.version_reads = self.loads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def read_version(self) -> int:
        self.version_reads += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise errors.Unavailable("away")
        return self.version

    async def loading(self, times: int) -> None:
        """Wait until a load has begun for the so-manieth time."""
        while self.loads < times:  # noqa: ASYNC110  a turn of the loop is all it takes
            await asyncio.sleep(0)

    async def load(self) -> str:
        self.loads += 1
        value, gate = self.value, self.gate
        await gate.wait()
        if self.is_away:
            raise errors.Unavailable("away")
        return value


def run(story: Callable[[Source], Awaitable[None]]) -> None:
    async def told() -> None:
        await story(Source())

    asyncio.run(told())


def test_many_at_once_load_once() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version))
        found = await asyncio.gather(*(memory.get("key", source.load) for _ in range(50)))
        assert found == ["one"] * 50
        assert (source.loads, source.version_reads) == (1, 1)

    run(story)


def test_what_is_kept_is_answered_without_waiting() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version))
        await memory.get("key", source.load)
        answering = memory.get("key", source.load)
        with pytest.raises(StopIteration) as answered:  # no turn of the loop in between
            answering.send(None)
        assert answered.value.value == "one"

    run(story)


def test_a_new_version_loads_anew() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=0))
        await memory.get("key", source.load)
        source.version, source.value = 2, "two"
        assert await memory.get("key", source.load) == "two"
        assert source.loads == 2

    run(story)


def test_the_version_is_read_at_most_so_often() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=60))
        await memory.get("key", source.load)
        source.version = 2
        assert await memory.get("key", source.load) == "one"
        assert source.version_reads == 1

    run(story)


def test_what_was_loaded_while_the_source_changed_is_not_kept_for_the_new_version() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=0))
        held = source.gate = asyncio.Event()
        slow = asyncio.create_task(memory.get("key", source.load))
        await source.loading(1)
        source.version, source.value = 2, "two"
        source.gate = asyncio.Event()
        source.gate.set()
        assert await memory.get("key", source.load) == "two"
        held.set()  # the older load ends last
        assert await slow == "one"
        assert await memory.get("key", source.load) == "two"

    run(story)


def test_a_failure_reaches_everyone_who_waits_and_is_not_kept() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version))
        await memory.get("other", source.load)
        source.is_away = True
        asked = (memory.get("key", source.load) for _ in range(3))
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(one) for one in found] == [errors.Unavailable] * 3
        assert source.loads == 2
        source.is_away = False
        assert await memory.get("key", source.load) == "one"

    run(story)


def test_memory_serves_on_while_the_source_is_away() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](10, Version(source.read_version, seconds=0))
        await memory.get("key", source.load)
        source.is_away = True
        assert await memory.get("key", source.load) == "one"
        with pytest.raises(errors.Unavailable):
            await memory.get("unknown", source.load)

    run(story)


def test_without_a_version_nothing_is_answered() -> None:
    async def story(source: Source) -> None:
        source.is_away = True
        memory = Memory[str](10, Version(source.read_version))
        with pytest.raises(errors.Unavailable):
            await memory.get("key", source.load)

    run(story)


def test_the_longest_unused_goes_first() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](2, Version(source.read_version))
        for key in ("a", "b", "a", "c"):
            await memory.get(key, source.load)
        assert source.loads == 3
        await memory.get("a", source.load)
        assert source.loads == 3
        await memory.get("b", source.load)
        assert source.loads == 4

    run(story)


def test_a_caller_that_goes_away_does_not_take_the_load_along() -> None:
    async def story(source: Source) -> None:
        memory = Memory[str](2, Version(source.read_version))
        source.gate.clear()
        first = asyncio.create_task(memory.get("key", source.load))
        await source.loading(1)
        second = asyncio.create_task(memory.get("key", source.load))
        await asyncio.sleep(0)
        first.cancel()
        source.gate.set()
        assert await second == "one"
        assert source.loads == 1

    run(story)
