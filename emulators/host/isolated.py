"""The functions host for `--isolated`: runs each function's bundle in its own process.

As in production, a function runs under functions-framework, imports only from its bundle, and has
its own database user. After a change, restart the local cloud, because functions are not reloaded.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from emulators.cloud import database_users, processes
from emulators.cloud.config import HOST, Cloud, environment
from emulators.cloud.http_server import inherited, server
from emulators.edge.gateway import end_to_end, new_client, proxy
from emulators.host import bundles
from emulators.host.dispatcher import Dispatcher
from shared.runtime import logs, manifest
from shared.runtime.manifest import Manifest

CHECK_SECONDS = 0.5
# Variables that a developer's shell may set but an instance never does.
NOT_INHERITED = ("PYTHONPATH", "SAVEPOINT_STATE")


@dataclass
class Instance:
    """One function's process, and the ASGI application that forwards requests to it."""

    function: Manifest
    folder: Path
    port: int
    client: httpx.AsyncClient
    process: subprocess.Popen[bytes] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request to the process."""
        request = Request(scope, receive)
        headers, upstream = end_to_end(request.headers.raw), f"http://{HOST}:{self.port}"
        response = await proxy(self.client, request, upstream, headers, self.function.timeout)
        await response(scope, receive, send)

    def start(self, cloud: Cloud) -> None:
        """Start the process with the same command as in production."""
        shell = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        name = self.function.service
        settings = {"PORT": str(self.port), "HOST": HOST, "K_SERVICE": name}
        if database_users.are_used(cloud):
            settings["SQL_URL"] = database_users.sql_url(cloud, self.function)
        self.process = processes.spawn(
            [
                str(Path(sys.executable).with_name("functions-framework")),
                "--target",
                "main",
                "--asgi",
            ],
            cloud.log("functions"),
            {**shell, **environment(cloud), **settings},
            cwd=self.folder,
        )

    async def ready(self) -> None:
        """Wait until the process responds, with any status."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                await self.client.head(f"http://{HOST}:{self.port}/robots.txt")
                return
            await asyncio.sleep(CHECK_SECONDS / 5)


def _stage(cloud: Cloud, client: httpx.AsyncClient) -> dict[str, Instance]:
    """Stage every function and choose its port."""
    functions = manifest.discover(cloud.roots)
    into = cloud.state / "build"
    bundles.stage(cloud.roots, into)
    return {
        name: Instance(function, into / name, _free_port(), client)
        for name, function in functions.items()
    }


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as opened:
        return int(opened.getsockname()[1])


async def _restart_ended(cloud: Cloud, instances: dict[str, Instance]) -> None:
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        for name, one in instances.items():
            code = one.process.poll() if one.process else None
            if code is not None:
                logs.warning(f"{name} {processes.ending(code)} and is restarted")
                one.start(cloud)


@contextlib.asynccontextmanager
async def _started(cloud: Cloud, instances: dict[str, Instance]) -> AsyncIterator[None]:
    try:
        for one in instances.values():
            one.start(cloud)
        await asyncio.gather(*(one.ready() for one in instances.values()))
        restarting = asyncio.create_task(_restart_ended(cloud, instances))
        yield
        restarting.cancel()
    finally:
        for one in instances.values():
            if one.process:
                one.process.terminate()
        for one in instances.values():
            if one.process:
                processes.stop(one.process)


async def _run(cloud: Cloud, listening: socket.socket) -> None:
    instances = _stage(cloud, new_client())
    async with _started(cloud, instances):
        await server(Dispatcher(instances, cloud.state), lifespan="off").serve(sockets=[listening])


def main() -> None:
    """Serve on the socket that the supervisor opened."""
    asyncio.run(_run(*inherited()))


if __name__ == "__main__":
    main()
