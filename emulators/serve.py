"""How a child of the supervisor serves: on the socket that it was handed, and without a word."""

import argparse
import socket
from pathlib import Path
from typing import Any

import uvicorn

from emulators.cloud import Cloud, read


def handed_over() -> tuple[Cloud, socket.socket]:
    """Return the cloud and the listening socket that the command line names."""
    options = argparse.ArgumentParser()
    options.add_argument("--state", type=Path, required=True)
    options.add_argument("--fd", type=int, required=True)
    given = options.parse_args()
    cloud, _ = read(given.state)
    return cloud, socket.socket(fileno=given.fd)


def server(app: Any, **options: Any) -> uvicorn.Server:
    """Return a server of an ASGI application; `options` are more of uvicorn's."""
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
    return uvicorn.Server(config)
