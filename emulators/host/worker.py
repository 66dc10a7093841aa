"""The worker of the functions host: imports the project and serves it."""

import asyncio
import importlib.util
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import functions_framework.aio
import uvicorn
from starlette.types import ASGIApp

from emulators.cloud.config import read
from emulators.host import server as host
from emulators.host.dispatcher import Broken, Dispatcher
from shared.runtime import manifest

LINGER_SECONDS = 0.3
FINISH_SECONDS = 10


def main(listening: socket.socket, state: Path, pipe: int) -> None:
    """Serve on a socket that already listens, until SIGTERM; tell `pipe` when it begins."""
    cloud, _ = read(state)
    config = uvicorn.Config(
        Dispatcher(load(cloud.roots), state),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(listening, pipe, config))


async def _run(listening: socket.socket, pipe: int, config: uvicorn.Config) -> None:
    server = _Server(config, asyncio.get_running_loop())
    # What arrives before this line's server accepts waits in the socket: it is not refused.
    os.write(pipe, host.READY)
    await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that first stops accepting, and a moment later closes what is idle.

    A request that arrives on a connection just accepted is thus answered, not cut.
    """

    def __init__(self, config: uvicorn.Config, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(config)
        self._loop = loop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        del frame
        if sig == signal.SIGTERM:
            self._loop.call_soon_threadsafe(self._leave)
        else:
            self.should_exit = True

    def _leave(self) -> None:
        for server in self.servers:
            server.close()
        self._loop.call_later(LINGER_SECONDS, self._end)

    def _end(self) -> None:
        self.should_exit = True


def load(roots: Iterable[Path]) -> dict[str, ASGIApp]:
    """Build every function; one that cannot be imported answers 500 and the rest still serve."""
    started = time.perf_counter()
    found: dict[str, ASGIApp] = {}
    for folder in (folder for root in roots for folder in manifest.folders(root)):
        found[folder.name] = _build(folder)
    broken = sorted(name for name, app in found.items() if isinstance(app, Broken))
    seconds = round(time.perf_counter() - started, 2)
    say("WARNING" if broken else "INFO", f"{len(found)} functions in {seconds} s", broken=broken)
    return found


def _build(folder: Path) -> ASGIApp:
    try:
        found = manifest.load(folder)
        name = f"{folder.parent.name}.{found.name}.main"
        spec = importlib.util.spec_from_file_location(name, found.source)
        if spec is None or spec.loader is None or not found.source.exists():
            return Broken(folder.name, f"{found.source} is missing")
        module = importlib.util.module_from_spec(spec)
        # A name of its own for each: `main` would be the last one only.
        sys.modules[name] = module
        spec.loader.exec_module(module)
        app: ASGIApp = functions_framework.aio.create_asgi_app_from_module(  # type: ignore[no-untyped-call]
            "main", str(found.source), "http", module, spec
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - user code may fail in any way
        reason = f"{folder} cannot be imported: {type(error).__name__}: {error}"
        say("ERROR", reason, stack_trace=traceback.format_exc())
        return Broken(folder.name, reason)
    return app


def say(severity: str, message: str, **fields: object) -> None:
    """Write a log line like those of the functions, without importing anything of theirs."""
    time_ = datetime.now(UTC).isoformat()
    line = {"time": time_, "severity": severity, "message": message, "function": "host", **fields}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
