"""Describes a local cloud: its ports, its state folder, and its functions' settings."""

import contextlib
import json
import os
import random
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PROJECT = "demo-savepoint"
DATABASE = "savepoint"
DEFAULT_PORT = 8080
FREE_PORTS = (10_000, 32_000)
OFFSETS = {"edge": 0, "functions": 1, "firestore": 2, "pubsub": 3, "mysql": 4, "objects": 5}


class CloudError(Exception):
    """Raised if a command fails; the message says why and how to fix the problem."""


@dataclass(frozen=True)
class Cloud:
    """The configuration that all processes of a local cloud share.

    roots: the folders that contain the functions and triggers to run.
    isolated: whether each function runs from its bundle, in its own process.
    backoff: the factor that multiplies production's retry delay of at most ten minutes.
    sql_url: the address of a running database, or None to start a private one.
    public_url: the address for clients, if a proxy is in front of the edge.
    """

    state: Path
    ports: dict[str, int]
    roots: tuple[Path, ...] = (ROOT,)
    project: str = PROJECT
    isolated: bool = False
    schedules: bool = True
    backoff: float = 0.1
    sql_url: str | None = field(default=None, repr=False)
    public_url: str | None = None

    def address(self, service: str) -> str:
        """Return a service's address as `host:port`."""
        return f"{HOST}:{self.ports[service]}"

    def url(self, service: str) -> str:
        """Return the base URL of a service, without a trailing slash."""
        return f"http://{self.address(service)}"

    @property
    def issuer(self) -> str:
        """The URL that identifies the issuer of this cloud's tokens."""
        return f"{self.url('edge')}/_local/issuer"

    @property
    def file(self) -> Path:
        """The file that stores the cloud's description while the cloud is running."""
        return self.state / "cloud.json"

    def log(self, service: str) -> Path:
        """Return the path of a service's log file."""
        return self.state / "logs" / f"{service}.log"

    @property
    def seed_output(self) -> Path:
        """The file that stores the seed step's output, so that `up` can print it."""
        return self.state / "seed.txt"

    def kill_marker(self, service: str) -> Path:
        """Return the file to which the console writes the pid of a service that it kills."""
        return self.state / "killed" / service

    def stop_marker(self, service: str) -> Path:
        """Return the file that exists from `stop NAME` until the service is started again."""
        return self.state / "held" / service


def state_folder() -> Path:
    """Return the state folder: SAVEPOINT_STATE, or `.savepoint` in the repository's root."""
    return Path(os.environ.get("SAVEPOINT_STATE") or ROOT / ".savepoint").resolve()


def choose_ports(given: str | None) -> dict[str, int]:
    """Return the services' ports: consecutive ports from a base port, or free ports for "auto"."""
    text = given or os.environ.get("SAVEPOINT_PORT") or str(DEFAULT_PORT)
    if text == "auto":
        return _free_ports()
    highest = 65535 - max(OFFSETS.values())
    if not text.isdigit() or not 1 <= int(text) <= highest:
        msg = f"The first port {text!r} is neither a number from 1 to {highest} nor `auto`."
        raise CloudError(msg)
    return {name: int(text) + offset for name, offset in OFFSETS.items()}


def _free_ports() -> dict[str, int]:
    """Return free ports below the ephemeral range, where no outgoing connection can take them."""
    while True:
        base = random.randrange(*FREE_PORTS, len(OFFSETS))  # noqa: S311 - not a secret
        ports = {name: base + offset for name, offset in OFFSETS.items()}
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in ports.values():
                held.enter_context(socket.create_server((HOST, port)))
            return ports


def write_private(file: Path, text: str) -> None:
    """Write a file atomically; only its owner may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)


def password(cloud: Cloud, service: str = "mysql") -> str:
    """Return a service's password, which is generated on first use."""
    file = cloud.state / f"{service}.password"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def sql_url(cloud: Cloud) -> str:
    """Return the database's URL, including the user and the password."""
    if cloud.sql_url:
        return cloud.sql_url
    return f"mysql://{DATABASE}:{password(cloud)}@{cloud.address('mysql')}/{DATABASE}"


def environment(cloud: Cloud) -> dict[str, str]:
    """Return the settings that every function in this cloud receives."""
    issuers = [
        {
            "issuer": cloud.issuer,
            "audience": cloud.project,
            "jwks_url": f"{cloud.issuer}/jwks.json",
        }
    ]
    return {
        "GOOGLE_CLOUD_PROJECT": cloud.project,
        "PUBLIC_URL": cloud.public_url or cloud.url("edge"),
        "TRUSTED_ISSUERS": json.dumps(issuers),
        "SQL_URL": sql_url(cloud),
        "FIRESTORE_EMULATOR_HOST": cloud.address("firestore"),
        "PUBSUB_EMULATOR_HOST": cloud.address("pubsub"),
        "FIREBASE_AUTH_EMULATOR_HOST": cloud.address("edge"),
        **objects_environment(cloud),
        "CONSUMER_URL": cloud.url("functions") + "/{function}",
        "TRACE_SAMPLE": "1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"{cloud.url('edge')}/_local/otlp",
        "OTEL_TRACES_EXPORTER": "console",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    }


def objects_environment(cloud: Cloud) -> dict[str, str]:
    """Return the settings that functions need to use the object store."""
    public = f"{cloud.project}-public"
    return {
        "OBJECTS_ENDPOINT": cloud.url("objects"),
        "OBJECTS_KEY_ID": "local",
        "OBJECTS_SECRET": password(cloud, "objects"),
        "OBJECTS_ARTIFACTS_BUCKET": f"{cloud.project}-artifacts",
        "OBJECTS_PUBLIC_BUCKET": public,
        "OBJECTS_PUBLIC_URL": f"{cloud.url('objects')}/{public}",
    }


def process_environment(cloud: Cloud) -> dict[str, str]:
    """Return a child process's environment: this process's environment plus the settings."""
    return {**os.environ, **environment(cloud), "PYTHONUNBUFFERED": "1"}


def save(cloud: Cloud, running: Mapping[str, Any]) -> None:
    """Save the cloud's description and its running processes for other commands."""
    settings = asdict(cloud) | {
        "state": str(cloud.state),
        "roots": [str(root) for root in cloud.roots],
    }
    write_private(cloud.file, json.dumps({"settings": settings, **running}, indent=1))


def read(state: Path) -> tuple[Cloud, dict[str, Any]]:
    """Return the cloud and the running processes saved in a state folder, or raise CloudError."""
    try:
        found = json.loads((state / "cloud.json").read_text())
    except FileNotFoundError:
        msg = f"No local cloud is running with the state in {state}; start one with `make run`."
        raise CloudError(msg) from None
    settings = found.pop("settings")
    cloud = Cloud(**settings)
    return (
        replace(cloud, state=Path(cloud.state), roots=tuple(Path(root) for root in cloud.roots)),
        found,
    )
