"""A console window: an open event stream, and the events it received."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.local_cloud import LocalCloud

API = "/_local/console/api"
PATIENCE = 60
# Longer than the stream's longest pause.
READ_SECONDS = 30


@dataclass(frozen=True)
class StreamEvent:
    """One event of the stream; events of which only the newest counts have the id 0."""

    id: int
    type: str
    data: dict[str, Any]


@dataclass
class Window:
    """An open stream and the events it received so far."""

    lines: Iterator[str]
    received: list[StreamEvent] = field(default_factory=list)

    @property
    def hello(self) -> dict[str, Any]:
        """The data of the first event."""
        if not self.received:
            self.received.append(self._next(time.monotonic() + PATIENCE))
        assert self.received[0].type == "hello"
        return self.received[0].data

    def wait(self, wanted: Callable[[StreamEvent], bool], what: str = "") -> StreamEvent:
        """Read until an event is `wanted`, and return it."""
        until = time.monotonic() + PATIENCE
        while True:
            event = self._next(until, what)
            self.received.append(event)
            if wanted(event):
                return event

    def _next(self, until: float, what: str = "") -> StreamEvent:
        found: dict[str, str] = {}
        for line in self.lines:
            assert time.monotonic() < until, f"{what or 'nothing wanted'} came in time"
            name, _, value = line.partition(": ")
            if name and value:
                found[name] = value
            elif not line and "data" in found:
                return StreamEvent(
                    int(found.get("id", 0)), found["event"], json.loads(found["data"])
                )
        raise AssertionError("the stream ended")


@contextlib.contextmanager
def opened(cloud: LocalCloud, seen: int | str | bytes | None = None) -> Iterator[Window]:
    """Open a window; `seen` is the last event id it received."""
    last = seen if isinstance(seen, bytes) else str(seen).encode()
    headers = {} if seen is None else {b"Last-Event-ID": last}
    timeout = httpx.Timeout(READ_SECONDS)
    with httpx.stream(
        "GET", f"{cloud.url}{API}/stream", headers=headers, timeout=timeout
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Window(answer.iter_lines())


def of_trace(trace: str, kind: str) -> Callable[[StreamEvent], bool]:
    """Return a filter for spans of this kind in one trace."""

    def wanted(event: StreamEvent) -> bool:
        data = event.data
        return event.type == "span" and data["trace"] == trace and data["kind"] == kind

    return wanted


def trace_of(answer: httpx.Response) -> str:
    """Return the trace id of a response."""
    return str(answer.headers["traceparent"].split("-")[1])
