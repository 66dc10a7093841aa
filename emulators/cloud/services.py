"""Defines the services of the local cloud: commands, dependencies and readiness checks."""

import http.client
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emulators.cloud import database, google_emulators, wiring
from emulators.cloud.config import HOST, OFFSETS, Cloud, CloudError

PROBE_SECONDS = 0.2
READY_SECONDS = 90.0
ISOLATED_READY_SECONDS = 300.0


def _no_wiring(_cloud: Cloud, _manifests: wiring.Manifests) -> None:
    """Do nothing; used for services that need no wiring."""


@dataclass(frozen=True)
class Service:
    """One process of the local cloud.

    needs: the services that must be ready before this one starts.
    command: called at each start; raises CloudError if a program is missing.
    ready: polled until it returns true; ignored for a service with `once`.
    wired: called each time the service becomes ready, including after a restart.
    once: whether it must run to completion before the services that need it start.
    listens: whether the supervisor opens the port and passes it on, so that callers wait during a
    restart instead of being refused.
    limit: the number of seconds within which the service must become ready.
    """

    name: str
    needs: tuple[str, ...]
    command: Callable[[Cloud], list[str]]
    ready: Callable[[Cloud], bool] = lambda _cloud: False
    wired: Callable[[Cloud, wiring.Manifests], None] = _no_wiring
    once: bool = False
    listens: bool = False
    limit: float = READY_SECONDS


def _responds(service: str, path: str, text: str = "") -> Callable[[Cloud], bool]:
    def ready(cloud: Cloud) -> bool:
        port = cloud.ports[service]
        connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status == http.HTTPStatus.OK and text in response.read().decode()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def _module(name: str, *args: str) -> Callable[[Cloud], list[str]]:
    return lambda cloud: [sys.executable, "-m", name, *args, "--state", str(cloud.state)]


def registry(cloud: Cloud, only: Sequence[str] = (), *, seed: bool = False) -> list[Service]:
    """Return a cloud's services in startup order, which is reversed at shutdown.

    only: the services to include along with their dependencies; empty for all services.
    """
    services = [*_stores(cloud), *_functions(cloud)]
    if seed:
        everything = tuple(service.name for service in services)
        services.append(Service("seed", everything, _module("emulators", "seed"), once=True))
    unknown = sorted(set(only) - {service.name for service in services})
    if unknown:
        msg = f"There is no service {unknown[0]!r}; there are {', '.join(OFFSETS)}."
        raise CloudError(msg)
    wanted = _closure(services, only) if only else {service.name for service in services}
    return [service for service in services if service.name in wanted]


def _stores(cloud: Cloud) -> list[Service]:
    services = []
    if not cloud.sql_url:
        install = () if database.is_installed(cloud) else ("mysql-files",)
        if install:
            services.append(Service("mysql-files", (), database.install_command, once=True))
        services.append(Service("mysql", install, database.server_command, ready=database.is_ready))
    database_service = tuple(service.name for service in services[-1:])
    return [
        *services,
        Service("migrate", database_service, _module("emulators", "migrate"), once=True),
        Service(
            "firestore",
            (),
            google_emulators.firestore_command,
            ready=_responds("firestore", "/", "Ok"),
            wired=wiring.wire_firestore,
        ),
        Service(
            "objects",
            (),
            _module("emulators.objects.server"),
            ready=_responds("objects", "/"),
            listens=True,
        ),
    ]


def _functions(cloud: Cloud) -> list[Service]:
    host = "emulators.host.isolated" if cloud.isolated else "emulators.host.server"
    return [
        Service(
            "functions",
            (),
            _module(host),
            ready=_responds("functions", "/"),
            listens=True,
            limit=ISOLATED_READY_SECONDS if cloud.isolated else READY_SECONDS,
        ),
        # After the functions, so that it stops first: it retries failed pushes in a busy loop.
        Service(
            "pubsub",
            (),
            google_emulators.pubsub_command,
            ready=_responds("pubsub", "/"),
            wired=wiring.wire_pubsub,
        ),
        # Listed last, so that clients find everything ready, including the tables.
        Service(
            "edge",
            ("migrate", "firestore", "objects", "functions", "pubsub"),
            _module("emulators.edge.server"),
            ready=_responds("edge", "/_local/health"),
            listens=True,
        ),
    ]


def _closure(services: list[Service], only: Sequence[str]) -> set[str]:
    wanted = set(only)
    if "mysql" in wanted:
        wanted.add("migrate")
    for service in reversed(services):
        if service.name in wanted:
            wanted.update(service.needs)
    return wanted
