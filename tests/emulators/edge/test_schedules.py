"""Schedules run on time, once each time, with Cloud Scheduler's headers."""

from datetime import UTC, datetime

import anyio
import httpx

from emulators.edge import schedules
from shared.runtime import manifest
from shared.runtime.manifest import Trigger
from tests.support.local_cloud import FIXTURES


def test_a_schedule_runs_once_each_time_whatever_the_response() -> None:
    pulled = manifest.load(FIXTURES / "triggers" / "pulled_batch")
    every_second = Trigger.model_construct(schedule="* * * * * *")
    timed = pulled.model_copy(update={"trigger": every_second})
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            raise httpx.ConnectError("refused")
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
