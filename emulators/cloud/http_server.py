"""How a child of the supervisor serves: on the socket that it was handed, and without a word."""

import argparse
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from emulators.cloud.config import Cloud, read


def handed_over() -> tuple[Cloud, socket.socket]:
    """Return the cloud and the listening socket that the command line names."""
    options = argparse.ArgumentParser()
    options.add_argument("--state", type=Path, required=True)
    options.add_argument("--fd", type=int, required=True)
    given = options.parse_args()
    cloud, _ = read(given.state)
    return cloud, socket.socket(fileno=given.fd)


class _Server(uvicorn.Server):
    """A server that says that it ends before it waits for what is open."""

    def __init__(self, config: uvicorn.Config, leaving: Callable[[], None]) -> None:
        super().__init__(config)
        self._leaving = leaving

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, and wait for what is being answered."""
        self._leaving()
        await super().shutdown(sockets)


def server(app: Any, leaving: Callable[[], None] = lambda: None, **options: Any) -> uvicorn.Server:
    """Return a server of an ASGI application; `options` are more of uvicorn's.

    leaving: ends answers that have no end of their own.
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
    return _Server(config, leaving)
