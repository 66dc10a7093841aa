"""Watches the logs, the supervisor's file and the host, and tells every window what happens."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx

from emulators.cloud.config import Cloud
from emulators.console import spans
from emulators.console.figures import Figures
from emulators.console.health import Health
from emulators.console.ring import Ring
from emulators.console.spans import Said
from emulators.console.tail import Tail
from emulators.host import dispatcher
from shared.runtime import clock, logs
from shared.runtime.manifest import Manifest

LOOK_SECONDS = 0.1
HEALTH_SECONDS = 0.25
COUNT_SECONDS = 1.0
IMPORTS_SECONDS = 2.0


class Live:
    """What happens in one local cloud, as a ring of events; one a process."""

    def __init__(
        self, cloud: Cloud, functions: Mapping[str, Manifest], client: httpx.AsyncClient
    ) -> None:
        """Prepare it; `run` does the work."""
        self.ring = Ring()
        self.health = Health(cloud.state)
        self.pulled = frozenset(name for name, one in functions.items() if one.trigger.pull)
        self._host, self._client = cloud.url("functions"), client
        self._figures = Figures()
        self._tail = Tail(cloud.state / "logs")
        self._began = False

    async def run(self) -> None:
        """Look, for ever; what one look does not get hold of holds up no other."""
        await asyncio.gather(
            _every(LOOK_SECONDS, self._look_at_logs),
            _every(HEALTH_SECONDS, self._look_at_health),
            _every(COUNT_SECONDS, self._count),
            _every(IMPORTS_SECONDS, self._look_at_imports),
        )

    async def _look_at_logs(self) -> None:
        # What was written before the first look says no time that we could know.
        now = datetime.now(UTC).isoformat() if self._began else ""
        self._began = True
        grown = self._tail.grown()
        for said in await asyncio.to_thread(self._news, grown, now) if grown else ():
            self.ring.add(said.event, said.data)
            if said.event == "span":
                self._figures.add(said.data, clock.now())

    async def _look_at_health(self) -> None:
        for change in self.health.changes():
            self.ring.add("health", change)

    async def _count(self) -> None:
        self.ring.show_figures(self._figures.known(clock.now()))

    async def _look_at_imports(self) -> None:
        """Ask the host which functions it could not import."""
        try:
            answer = await self._client.get(f"{self._host}/", timeout=IMPORTS_SECONDS)
        except httpx.TransportError:
            return  # it is away, which its own health says
        if answer.is_success:
            self.health.failed = dispatcher.parse(answer.text)

    def _news(self, grown: list[tuple[Path, int]], now: str) -> list[Said]:
        """Return what the new lines say, the oldest first; a line without a time gets `now`."""
        found = []
        for file, size in grown:
            for line in self._tail.lines(file, size):
                said = spans.event(line, file.stem, self.pulled)
                if said and said.time:
                    found.append(said)
                elif said and now:
                    found.append(_arrived(said, now))
        return sorted(found, key=lambda one: one.time)


def _arrived(said: Said, now: str) -> Said:
    data = said.data | ({"time": now} if said.event == "log" else {})
    return Said(now, said.event, data)


async def _every(seconds: float, look: Callable[[], Awaitable[None]]) -> None:
    """Look again and again, also after a look that failed, which is said once."""
    said = ""
    while True:
        try:
            await look()
        except Exception as error:  # noqa: BLE001 - the console goes on, whatever it is
            if repr(error) != said:
                said = repr(error)
                logs.error("the console looks again after an error")
        await asyncio.sleep(seconds)
