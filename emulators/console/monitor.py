"""Watches the logs, the supervisor's state file and the functions host, and reports changes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx

from emulators.cloud.config import Cloud
from emulators.console import log_lines
from emulators.console.event_stream import RingBuffer
from emulators.console.health import Health
from emulators.console.log_lines import Event
from emulators.console.metrics import Metrics
from emulators.console.tail import Tail
from emulators.host import dispatcher
from shared.runtime import clock, logs
from shared.runtime.manifest import Manifest

LOGS_SECONDS = 0.1
HEALTH_SECONDS = 0.25
METRICS_SECONDS = 1.0
IMPORTS_SECONDS = 2.0


class Monitor:
    """Collects the events of one local cloud in a ring buffer; each process has one monitor."""

    def __init__(
        self, cloud: Cloud, functions: Mapping[str, Manifest], client: httpx.AsyncClient
    ) -> None:
        """Prepare the monitor; `run` starts it."""
        self.ring = RingBuffer()
        self.health = Health(cloud.state)
        self.pulled = frozenset(name for name, one in functions.items() if one.trigger.pull)
        self._host, self._client = cloud.url("functions"), client
        self._metrics = Metrics()
        self._tail = Tail(cloud.state / "logs")
        self._started = False

    async def run(self) -> None:
        """Poll every source until cancelled; if one source fails, the others are still polled."""
        await asyncio.gather(
            _every(LOGS_SECONDS, self._poll_logs),
            _every(HEALTH_SECONDS, self._poll_health),
            _every(METRICS_SECONDS, self._update_metrics),
            _every(IMPORTS_SECONDS, self._poll_imports),
        )

    async def _poll_logs(self) -> None:
        # Plain lines written before the first poll have no known time.
        now = datetime.now(UTC).isoformat() if self._started else ""
        self._started = True
        grown = self._tail.grown()
        for event in await asyncio.to_thread(self._new_events, grown, now) if grown else ():
            self.ring.add(event.name, event.data)
            if event.name == "span":
                self._metrics.add(event.data, clock.now())

    async def _poll_health(self) -> None:
        for change in self.health.changes():
            self.ring.add("health", change)

    async def _update_metrics(self) -> None:
        self.ring.set_metrics(self._metrics.snapshot(clock.now()))

    async def _poll_imports(self) -> None:
        """Query the host for functions that failed to import."""
        try:
            response = await self._client.get(f"{self._host}/", timeout=IMPORTS_SECONDS)
        except httpx.TransportError:
            return  # the host is down, which its own status shows
        if response.is_success:
            self.health.failed = dispatcher.parse(response.text)

    def _new_events(self, grown: list[tuple[Path, int]], now: str) -> list[Event]:
        """Return the events for new lines, oldest first; lines without a timestamp get `now`."""
        found = []
        for file, size in grown:
            for line in self._tail.lines(file, size):
                event = log_lines.parse(line, file.stem, self.pulled)
                if event and event.time:
                    found.append(event)
                elif event and now:
                    found.append(_stamped(event, now))
        return sorted(found, key=lambda event: event.time)


def _stamped(event: Event, now: str) -> Event:
    data = event.data | ({"time": now} if event.name == "log" else {})
    return Event(now, event.name, data)


async def _every(seconds: float, poll: Callable[[], Awaitable[None]]) -> None:
    """Poll forever, and log an error only if it differs from the previous error."""
    last_error = ""
    while True:
        try:
            await poll()
        except Exception as error:  # noqa: BLE001 - the console must outlive any error
            if repr(error) != last_error:
                last_error = repr(error)
                logs.error("the console failed to poll and will retry")
        await asyncio.sleep(seconds)
