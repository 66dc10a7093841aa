"""The registry: every service of the local cloud, what it needs, how one sees that it is ready."""

import http.client
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emulators.cloud import database, google_emulators, wiring
from emulators.cloud.config import HOST, OFFSETS, Cloud, CloudError

PROBE_SECONDS = 0.2
READY_SECONDS = 90.0
ISOLATED_READY_SECONDS = 300.0


def _nothing(_cloud: Cloud, _manifests: wiring.Manifests) -> None:
    """Be the wiring of a service that needs none."""


@dataclass(frozen=True)
class Service:
    """One part of the local cloud.

    command: called when it starts, so that what is missing is said then.
    ready: polled until it is true; a step (`once`) is ready when it ended well.
    wired: run whenever it became ready, also after it was started again.
    listens: the supervisor opens its port and passes it on, so that no caller is refused while
    the service is started again.
    """

    name: str
    needs: tuple[str, ...]
    command: Callable[[Cloud], list[str]]
    ready: Callable[[Cloud], bool] = lambda _cloud: False
    wired: Callable[[Cloud, wiring.Manifests], None] = _nothing
    once: bool = False
    listens: bool = False
    limit: float = READY_SECONDS


def _answers(service: str, path: str, text: str = "") -> Callable[[Cloud], bool]:
    def ready(cloud: Cloud) -> bool:
        port = cloud.ports[service]
        connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status == http.HTTPStatus.OK and text in answer.read().decode()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def _module(name: str, *args: str) -> Callable[[Cloud], list[str]]:
    return lambda cloud: [sys.executable, "-m", name, *args, "--state", str(cloud.state)]


def registry(cloud: Cloud, only: Sequence[str] = (), *, seed: bool = False) -> list[Service]:
    """List the services of one cloud in the order in which they stop, last to first.

    only: start these and what they need; everything when empty.
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
        services.append(Service("mysql", install, database.server_command, ready=database.answers))
    own = tuple(service.name for service in services[-1:])
    return [
        *services,
        Service("migrate", own, _module("emulators", "migrate"), once=True),
        Service(
            "firestore",
            (),
            google_emulators.firestore_command,
            ready=_answers("firestore", "/", "Ok"),
            wired=wiring.wire_firestore,
        ),
        Service(
            "objects",
            (),
            _module("emulators.objects.server"),
            ready=_answers("objects", "/"),
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
            ready=_answers("functions", "/"),
            listens=True,
            limit=ISOLATED_READY_SECONDS if cloud.isolated else READY_SECONDS,
        ),
        # Stops before the functions do: pushing to what has gone away takes every core.
        Service(
            "pubsub",
            (),
            google_emulators.pubsub_command,
            ready=_answers("pubsub", "/"),
            wired=wiring.wire_pubsub,
        ),
        # The door opens last: who comes in finds everything ready, tables included.
        Service(
            "edge",
            ("migrate", "firestore", "objects", "functions", "pubsub"),
            _module("emulators.edge.server"),
            ready=_answers("edge", "/_local/health"),
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
