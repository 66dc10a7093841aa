"""Runs HTTP servers in the supervisor's child processes, on inherited listening sockets."""

import argparse
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from emulators.cloud.config import Cloud, read


def inherited() -> tuple[Cloud, socket.socket]:
    """Return the cloud and the listening socket given on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--fd", type=int, required=True)
    options = parser.parse_args()
    cloud, _ = read(options.state)
    return cloud, socket.socket(fileno=options.fd)


class _Server(uvicorn.Server):
    """A server that calls `on_shutdown` before it waits for open responses to finish."""

    def __init__(self, config: uvicorn.Config, on_shutdown: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_shutdown = on_shutdown

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting connections, then wait for open responses."""
        self._on_shutdown()
        await super().shutdown(sockets)


def server(
    app: Any, on_shutdown: Callable[[], None] = lambda: None, **options: Any
) -> uvicorn.Server:
    """Return a server for an ASGI application; `options` are passed to uvicorn.

    on_shutdown: called at shutdown to end responses that would otherwise stream forever.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        date_header=False,  # the functions send their own
        server_header=False,
        timeout_graceful_shutdown=5,
        **options,
    )
    return _Server(config, on_shutdown)
