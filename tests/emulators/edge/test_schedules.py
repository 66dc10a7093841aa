"""Schedules run on time, each time once, with the headers that Cloud Scheduler sends."""

from datetime import UTC, datetime

import anyio
import httpx

from emulators.edge import schedules
from shared.runtime import manifest
from shared.runtime.manifest import Trigger
from tests.support.local_cloud import FIXTURES


def test_a_schedule_runs_each_time_once_whatever_the_answer() -> None:
    pulled = manifest.load(FIXTURES / "triggers" / "pulled_batch")
    every_second = Trigger.model_construct(schedule="* * * * * *")
    timed = pulled.model_copy(update={"trigger": every_second})
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            raise httpx.ConnectError("away")
        return httpx.Response(500)

    async def main() -> None:
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        with anyio.move_on_after(3.5):
            await schedules.run(client, "http://functions/{function}", [timed])

    anyio.run(main)
    times = [request.headers["x-cloudscheduler-scheduletime"] for request in seen]
    assert len(set(times)) == len(times) >= 3
    assert {str(request.url) for request in seen} == {"http://functions/pulled_batch/"}
    assert seen[0].headers["x-cloudscheduler"] == "true"
    first = datetime.fromisoformat(times[0])
    assert abs((datetime.now(UTC) - first).total_seconds()) < 60
    assert first.microsecond == 0
