"""Each window resumes from its last event, unless that is no longer in the buffer."""

import asyncio
import json
from typing import Any

from emulators.console.event_stream import RingBuffer, stream


def filled(count: int, capacity: int = 3) -> RingBuffer:
    ring = RingBuffer(capacity)
    for number in range(count):
        ring.add("span", {"number": number})
    return ring


async def received(ring: RingBuffer, last_seen: int | None) -> list[tuple[int | None, str, Any]]:
    """Return the events that a window receives until nothing more happens."""
    found, upcoming = [], ["newer", "new"]
    ring.set_metrics({"one": {"errors": 1}})
    reading = stream(ring, dict, last_seen)
    async for text in reading:
        for event in text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in event.splitlines())
            if "data" in fields:
                number = int(fields["id"]) if "id" in fields else None
                found.append((number, fields["event"], json.loads(fields["data"])))
        if upcoming and found:
            ring.add("span", {"number": upcoming.pop()})
            ring.set_metrics({"one": {"errors": 2}})
        elif found and ring.last_id in {number for number, _, _ in found}:
            ring.close()
    return found


def test_a_window_can_resume_while_all_later_events_are_buffered() -> None:
    ring = filled(5)
    kept = [
        number for number in range(ring.last_id - 6, ring.last_id + 3) if ring.has_all_after(number)
    ]
    assert kept == [ring.last_id - 3, ring.last_id - 2, ring.last_id - 1, ring.last_id]
    assert [one.data["number"] for one in ring.after(ring.last_id - 3)] == [2, 3, 4]


def test_every_event_is_sent_once() -> None:
    ring = filled(5)
    seen = ring.last_id - 2
    hello, *rest = asyncio.run(received(ring, seen))
    numbered = [one for one in rest if one[0] is not None]
    assert (hello[0], hello[2]["resumed"]) == (seen, True)
    assert [number for number, _, _ in numbered] == [*range(seen + 1, seen + 5)]
    assert [data["number"] for _, _, data in numbered] == [3, 4, "new", "newer"]


def test_a_window_that_fell_too_far_behind_starts_over() -> None:
    for distance in (-(10**9), -4, 1):
        ring = filled(5)
        newest = ring.last_id
        hello = asyncio.run(received(ring, newest + distance))[0]
        assert (hello[0], hello[2]["resumed"]) == (newest, False)


def test_metrics_have_no_id_and_are_sent_once_when_they_change() -> None:
    events = asyncio.run(received(filled(1), None))
    assert events[0][2]["metrics"] == {"one": {"errors": 1}}
    metrics = [(number, data) for number, event, data in events if event == "metrics"]
    assert metrics == [(None, {"one": {"errors": 2}})]
