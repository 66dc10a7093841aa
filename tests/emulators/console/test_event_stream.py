"""Each window reads on from its place, and a place that is not kept any more is none."""

import asyncio
import json
from typing import Any

from emulators.console.event_stream import Ring, stream


def filled(count: int, kept: int = 3) -> Ring:
    ring = Ring(kept)
    for number in range(count):
        ring.add("span", {"number": number})
    return ring


async def told(ring: Ring, seen: int | None) -> list[tuple[int | None, str, Any]]:
    """Return what a window is told until nothing more happens."""
    found, news = [], ["newer", "new"]
    ring.show_figures({"one": {"errors": 1}})
    reading = stream(ring, dict, seen)
    async for text in reading:
        for event in text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in event.splitlines())
            if "data" in fields:
                number = int(fields["id"]) if "id" in fields else None
                found.append((number, fields["event"], json.loads(fields["data"])))
        if news and found:
            ring.add("span", {"number": news.pop()})
            ring.show_figures({"one": {"errors": 2}})
        elif found and ring.last in {number for number, _, _ in found}:
            ring.close()
    return found


def test_a_place_is_known_while_everything_after_it_is_kept() -> None:
    ring = filled(5)
    kept = [number for number in range(ring.last - 6, ring.last + 3) if ring.knows(number)]
    assert kept == [ring.last - 3, ring.last - 2, ring.last - 1, ring.last]
    assert [one.data["number"] for one in ring.after(ring.last - 3)] == [2, 3, 4]


def test_every_event_is_told_once() -> None:
    ring = filled(5)
    seen = ring.last - 2
    hello, *rest = asyncio.run(told(ring, seen))
    numbered = [one for one in rest if one[0] is not None]
    assert (hello[0], hello[2]["continues"]) == (seen, True)
    assert [number for number, _, _ in numbered] == [*range(seen + 1, seen + 5)]
    assert [data["number"] for _, _, data in numbered] == [3, 4, "new", "newer"]


def test_a_window_whose_place_is_lost_begins_anew() -> None:
    for away in (-(10**9), -4, 1):
        ring = filled(5)
        newest = ring.last
        hello = asyncio.run(told(ring, newest + away))[0]
        assert (hello[0], hello[2]["continues"]) == (newest, False)


def test_figures_have_no_number_and_are_told_once_when_they_change() -> None:
    told_ = asyncio.run(told(filled(1), None))
    assert told_[0][2]["figures"] == {"one": {"errors": 1}}
    figures = [(number, data) for number, event, data in told_ if event == "figures"]
    assert figures == [(None, {"one": {"errors": 2}})]
