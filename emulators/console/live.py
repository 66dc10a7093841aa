"""Watches the logs and the supervisor's file, and tells every window what happens."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from emulators.cloud import Cloud
from emulators.console import spans
from emulators.console.health import Health
from emulators.console.ring import Ring
from emulators.console.spans import Said
from emulators.console.tail import Tail
from shared.runtime.manifest import Manifest

LOOK_SECONDS = 0.1
HEALTH_SECONDS = 0.25


class Live:
    """What happens in one local cloud, as a ring of events; one a process."""

    def __init__(self, cloud: Cloud, functions: Mapping[str, Manifest]) -> None:
        """Prepare it; `run` does the work."""
        self.ring = Ring()
        self.health = Health(cloud.state)
        self.pulled = frozenset(name for name, one in functions.items() if one.trigger.pull)
        self._tail = Tail(cloud.state / "logs")
        self._looked = 0.0

    async def run(self) -> None:
        """Look, for ever."""
        now = ""  # what was written before the first look says no time that we could know
        while True:
            grown = self._tail.grown()
            for said in await asyncio.to_thread(self._news, grown, now) if grown else ():
                self.ring.add(said.event, said.data)
            self._look_at_health()
            await asyncio.sleep(LOOK_SECONDS)
            now = datetime.now(UTC).isoformat()

    def _look_at_health(self) -> None:
        if time.monotonic() - self._looked >= HEALTH_SECONDS:
            self._looked = time.monotonic()
            for change in self.health.changes():
                self.ring.add("health", change)

    def _news(self, grown: list[tuple[Path, int]], now: str) -> list[Said]:
        """Return what the new lines say, the oldest first; a line without a time gets `now`."""
        found = []
        for file, size in grown:
            for line in self._tail.lines(file, size):
                said = spans.event(line, file.stem, self.pulled)
                if said and said.time:
                    found.append(said)
                elif said and now:
                    found.append(Said(now, said.event, {**said.data, "time": now}))
        return sorted(found, key=lambda one: one.time)
