"""Runs the benchmarks' stores: MariaDB or MySQL, the emulators and a token issuer.

The stores start as in the local cloud, but on free ports. Functions, the gateway and the relay are
not started, so they cannot affect the measurements.
"""

import contextlib
import gzip
import http.server
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pymysql

from emulators.cloud import config, processes, wiring
from emulators.cloud.config import HOST, ROOT, Cloud, CloudError
from emulators.cloud.services import Service, registry
from emulators.edge import issuer
from scripts.bench import cpu
from scripts.bench.figures import Progress
from shared.domain.catalog.imports import importing
from shared.runtime import manifest

GAMES = ROOT / "data" / "games.jsonl.gz"
IMPORTED = 300
WANTED = ("mysql", "firestore", "objects", "pubsub")
PAUSE_SECONDS = 0.05


class Stores:
    """The running stores, the folders for staged bundles and logs, and a progress callback."""

    def __init__(self, cloud: Cloud, folder: Path, progress: Progress) -> None:
        self.cloud = cloud
        self.build, self.logs = folder / "build", folder / "logs"
        self.progress = progress
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def settings(self) -> dict[str, str]:
        """Return the settings that a function needs to reach the stores."""
        # Nothing receives exports here, but every figure includes the cost of recording telemetry.
        none = {"TRACE_SAMPLE": "0.01", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}
        return config.environment(self.cloud) | none

    def connect(
        self, *, local_infile: bool = False
    ) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        """Return a new connection to the database in autocommit mode."""
        parts = urlsplit(config.sql_url(self.cloud))
        return pymysql.connect(
            host=parts.hostname,
            port=parts.port or 0,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=parts.path.lstrip("/"),
            charset="utf8mb4",
            autocommit=True,
            local_infile=local_infile,
        )

    def used(self, name: str) -> float:
        """Return the CPU time that a store has used so far, in seconds."""
        return cpu.seconds(cpu.family(self.processes[name].pid))


@contextlib.contextmanager
def running(folder: Path, progress: Progress = lambda _: None) -> Iterator[Stores]:
    """Start the stores under `folder`, create tables, and stop the stores at the end.

    Raises CloudError.
    """
    cloud = Cloud(state=folder / "state", ports=config.choose_ports("auto"), schedules=False)
    stores = Stores(cloud, folder, progress)
    stores.logs.mkdir()
    config.save(cloud, {"services": {}})
    with contextlib.ExitStack() as stack:
        stack.enter_context(_keys_served(cloud))
        for service in registry(cloud, WANTED):  # ordered by their dependencies
            _start(stores, service, stack)
        _create_topics(cloud)
        yield stores


def _start(stores: Stores, service: Service, stack: contextlib.ExitStack) -> None:
    cloud = stores.cloud
    log = cloud.log(service.name)
    settings = {**os.environ, **config.environment(cloud)}
    command, passed = service.command(cloud), []
    if service.listens:
        opened = stack.enter_context(socket.create_server((HOST, cloud.ports[service.name])))
        passed = [opened.fileno()]
        command = [*command, "--fd", str(opened.fileno())]
    process = processes.spawn(command, log, settings, pass_fds=passed)
    stack.callback(processes.stop, process)
    stores.processes[service.name] = process
    until = time.monotonic() + service.limit
    while time.monotonic() < until:
        if service.once and process.poll() == 0:
            return
        if process.poll() is not None:
            break
        if not service.once and service.ready(cloud):
            return
        time.sleep(PAUSE_SECONDS)
    raise CloudError(f"{service.name} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _create_topics(cloud: Cloud) -> None:
    """Create every topic and the pull subscriptions."""
    manifests = manifest.discover([ROOT])
    pulling = {name: one for name, one in manifests.items() if one.trigger.pull}
    with httpx.Client(base_url=cloud.url("pubsub")) as client:
        for topic in wiring.topics(manifests):
            client.put(topic_path(cloud, topic)).raise_for_status()
    wiring.wire_pubsub(cloud, pulling)


def topic_path(cloud: Cloud, topic: str) -> str:
    """Return a topic's path in the Pub/Sub emulator."""
    return f"/v1/projects/{cloud.project}/topics/{topic}"


@contextlib.contextmanager
def _keys_served(cloud: Cloud) -> Iterator[None]:
    """Serve the token issuer's public keys at the issuer address named in the tokens."""
    body = json.dumps(issuer.jwks(cloud.state)).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    with http.server.ThreadingHTTPServer((HOST, cloud.ports["edge"]), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()


def import_games(stores: Stores) -> None:
    """Import the first games of the data file."""
    os.environ.update(stores.settings())
    few = stores.cloud.state / "games.jsonl.gz"
    with gzip.open(GAMES, "rt") as all_games, gzip.open(few, "wt") as out:
        out.writelines(line for line, _ in zip(all_games, range(IMPORTED), strict=False))
    importing.import_file(few)
