"""Runs schedules as Cloud Scheduler does: on time, in UTC, one run at a time."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
from cronsim import CronSim

from emulators.edge.gateway import SPARE_SECONDS
from shared.runtime import logs
from shared.runtime.manifest import Manifest


def call(address: str, manifest: Manifest, at: datetime) -> dict[str, Any]:
    """Return the httpx arguments for a scheduled POST request, with Cloud Scheduler's headers.

    address: a function's base URL, with {function} as the placeholder for its name.
    """
    return {
        "url": address.format(function=manifest.name) + "/",
        "headers": {
            "user-agent": "Google-Cloud-Scheduler",
            "x-cloudscheduler": "true",
            "x-cloudscheduler-jobname": manifest.service,
            "x-cloudscheduler-scheduletime": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        },
        "timeout": manifest.timeout + SPARE_SECONDS,
    }


async def run(client: httpx.AsyncClient, address: str, manifests: Iterable[Manifest]) -> None:
    """Run every schedule on time until cancelled."""
    async with asyncio.TaskGroup() as group:
        for manifest in manifests:
            if manifest.schedule:
                group.create_task(_repeat(client, address, manifest, manifest.schedule))


async def _repeat(client: httpx.AsyncClient, address: str, manifest: Manifest, cron: str) -> None:
    at = datetime.now(UTC)
    while True:
        # max() prevents a second run for the same time if a sleep ends early.
        at = next(CronSim(cron, max(at, datetime.now(UTC))))
        await asyncio.sleep((at - datetime.now(UTC)).total_seconds())
        await _fire(client, address, manifest, at)


async def _fire(client: httpx.AsyncClient, address: str, manifest: Manifest, at: datetime) -> None:
    try:
        response = await client.post(**call(address, manifest, at))
    except httpx.TransportError as error:
        logs.warning("schedule not run", trigger=manifest.name, reason=repr(error))
        return
    if response.is_error:
        logs.warning("schedule failed", trigger=manifest.name, status=response.status_code)
