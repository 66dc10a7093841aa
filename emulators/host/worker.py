"""The worker of the functions host, which imports the project and serves the functions."""

import asyncio
import importlib.util
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

import functions_framework.aio
import uvicorn
from starlette.types import ASGIApp

from emulators.cloud.config import read
from emulators.host.dispatcher import Broken, Dispatcher
from shared.runtime import logs, manifest

LINGER_SECONDS = 0.3
FINISH_SECONDS = 10


def serve(listening: socket.socket, state: Path, ready: Callable[[], object]) -> None:
    """Serve on a listening socket until SIGTERM; call `ready` before accepting connections."""
    cloud, _ = read(state)
    config = uvicorn.Config(
        Dispatcher(load(cloud.roots), state),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(listening, ready, config))


async def _run(
    listening: socket.socket, ready: Callable[[], object], config: uvicorn.Config
) -> None:
    server = _Server(config, asyncio.get_running_loop())
    # Connections opened before the server accepts wait in the socket and are not refused.
    ready()
    await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that stops accepting connections at shutdown, and closes idle ones a moment later.

    The delay leaves time to serve requests on connections accepted just before the shutdown.
    """

    def __init__(self, config: uvicorn.Config, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(config)
        self._loop = loop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Start the shutdown."""
        del frame
        if sig == signal.SIGTERM:
            self._loop.call_soon_threadsafe(self._stop_accepting)
        else:
            self.should_exit = True

    def _stop_accepting(self) -> None:
        for server in self.servers:
            server.close()
        self._loop.call_later(LINGER_SECONDS, self._end)

    def _end(self) -> None:
        self.should_exit = True


def load(roots: Iterable[Path]) -> dict[str, ASGIApp]:
    """Load every function; if a function cannot be imported, only that function returns 500."""
    started = time.perf_counter()
    found: dict[str, ASGIApp] = {}
    for folder in (folder for root in roots for folder in manifest.folders(root)):
        found[folder.name] = _build(folder)
    broken = sorted(name for name, app in found.items() if isinstance(app, Broken))
    seconds = round(time.perf_counter() - started, 2)
    severity, message = "WARNING" if broken else "INFO", f"{len(found)} functions in {seconds} s"
    logs.write(severity, message, {"function": "host", "broken": broken})
    return found


def _build(folder: Path) -> ASGIApp:
    try:
        found = manifest.load(folder)
        name = f"{folder.parent.name}.{found.name}.main"
        spec = importlib.util.spec_from_file_location(name, found.source)
        if spec is None or spec.loader is None or not found.source.exists():
            return Broken(folder.name, f"{found.source} is missing")
        module = importlib.util.module_from_spec(spec)
        # Each module needs a unique name; under the name `main`, it would replace the previous one.
        sys.modules[name] = module
        spec.loader.exec_module(module)
        app: ASGIApp = functions_framework.aio.create_asgi_app_from_module(  # type: ignore[no-untyped-call]
            "main", str(found.source), "http", module, spec
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - code being edited fails in any way
        reason = f"{folder} cannot be imported: {type(error).__name__}: {error}"
        logs.error(reason, function="host")
        return Broken(folder.name, reason)
    return app
