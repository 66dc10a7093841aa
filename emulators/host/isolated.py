"""The functions host for `--isolated`: each function from its staged bundle, in its own process.

The command is production's, and so are what can be imported from the project, the bundle alone,
and what can be done with the database.
Nothing is reloaded; start the local cloud again to see a change.
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
from emulators.cloud.http_server import handed_over, server
from emulators.edge.gateway import new_client, passed, proxy
from emulators.host.dispatcher import Dispatcher
from scripts.bundling import bundle
from shared.runtime import logs, manifest
from shared.runtime.manifest import Manifest

LOOK_SECONDS = 0.5
# What the shell of a developer has and an instance has not.
NOT_PASSED_ON = ("PYTHONPATH", "SAVEPOINT_STATE")


@dataclass
class Instance:
    """One function's process; as an ASGI application it passes requests on to it."""

    function: Manifest
    folder: Path
    port: int
    client: httpx.AsyncClient
    process: subprocess.Popen[bytes] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the process."""
        request = Request(scope, receive)
        headers, upstream = passed(request.headers.raw), f"http://{HOST}:{self.port}"
        answer = await proxy(self.client, request, upstream, headers, self.function.timeout)
        await answer(scope, receive, send)

    def start(self, cloud: Cloud) -> None:
        """Start the process under production's command."""
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
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
            {**inherited, **environment(cloud), **settings},
            cwd=self.folder,
        )

    async def ready(self) -> None:
        """Wait until the process answers anything at all."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                await self.client.head(f"http://{HOST}:{self.port}/robots.txt")
                return
            await asyncio.sleep(LOOK_SECONDS / 5)


def stage(cloud: Cloud, client: httpx.AsyncClient) -> dict[str, Instance]:
    """Stage every function and give each a port."""
    functions = manifest.discover(cloud.roots)
    into = cloud.state / "build"
    bundle.stage(functions.values(), into)
    return {
        name: Instance(function, into / name, _free_port(), client)
        for name, function in functions.items()
    }


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as opened:
        return int(opened.getsockname()[1])


async def _keep(cloud: Cloud, instances: dict[str, Instance]) -> None:
    """Start again whatever ends."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for name, one in instances.items():
            code = one.process.poll() if one.process else None
            if code is not None:
                logs.warning(f"{name} {processes.ending(code)} and is started again")
                one.start(cloud)


@contextlib.asynccontextmanager
async def _started(cloud: Cloud, instances: dict[str, Instance]) -> AsyncIterator[None]:
    try:
        for one in instances.values():
            one.start(cloud)
        await asyncio.gather(*(one.ready() for one in instances.values()))
        keeping = asyncio.create_task(_keep(cloud, instances))
        yield
        keeping.cancel()
    finally:
        for one in instances.values():
            if one.process:
                one.process.terminate()
        for one in instances.values():
            if one.process:
                processes.stop(one.process)


async def _run(cloud: Cloud, listening: socket.socket) -> None:
    instances = stage(cloud, new_client())
    async with _started(cloud, instances):
        await server(Dispatcher(instances, cloud.state), lifespan="off").serve(sockets=[listening])


def main() -> None:
    """Serve on the socket that the supervisor opened."""
    asyncio.run(_run(*handed_over()))


if __name__ == "__main__":
    main()
