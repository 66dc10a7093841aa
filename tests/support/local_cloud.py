"""A local cloud for tests: start it, use it, disturb it, and always stop it."""

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

import ops.__main__ as ops
from emulators.cloud import processes
from emulators.cloud.config import ROOT, Cloud, environment, read
from emulators.edge.issuer import mint

READY_SECONDS = 180
FIXTURES = ROOT / "tests" / "fixtures"

T = TypeVar("T")


def eventually(look: Callable[[], T], timeout: float = 20, what: str = "") -> T:
    """Call `look` until it returns something true, and return that; an error counts as false.

    Fails with the last result or error after `timeout` seconds.
    """
    until, pause, last = time.monotonic() + timeout, 0.02, None
    while True:
        try:
            found = look()
            if found:
                return found
            last = f"last result: {found!r}"
        except (AssertionError, LookupError, OSError, ValueError, httpx.HTTPError) as error:
            last = f"last error: {error!r}"
        if time.monotonic() > until:
            raise AssertionError(f"{what or 'nothing'} after {timeout} s; {last}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


@dataclass(frozen=True)
class LocalCloud:
    """A running local cloud."""

    cloud: Cloud
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.cloud.url("edge")

    @property
    def env(self) -> dict[str, str]:
        """Its functions' settings."""
        return environment(self.cloud)

    def token(self, uid: str, roles: Sequence[str] = (), **claims: Any) -> str:
        """Return a token from its issuer."""
        return mint(self.cloud, uid, roles, **claims)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `emulators` or `ops` on it."""
        return command(self.cloud.state, *words)

    def fire(self, trigger: str) -> httpx.Response:
        """Run a scheduled trigger now."""
        url = f"{self.cloud.url('functions')}/{trigger}/"
        return httpx.post(url, headers={"x-cloudscheduler": "true"}, timeout=120)

    def publish(self, topic: str, body: bytes, **attributes: str) -> None:
        """Publish a message with any body and attributes."""
        message = {"data": base64.b64encode(body).decode(), "attributes": attributes}
        path = f"/v1/projects/{self.cloud.project}/topics/{topic}:publish"
        url = self.cloud.url("pubsub") + path
        httpx.post(url, json={"messages": [message]}, timeout=10).raise_for_status()

    def services(self) -> dict[str, Any]:
        """Return each service's state as its supervisor wrote it."""
        services: dict[str, Any] = read(self.cloud.state)[1]["services"]
        return services

    def pid(self, service: str) -> int:
        """Return the pid of a running service."""
        return int(self.services()[service]["process"]["pid"])

    def kill(self, service: str) -> None:
        """Kill a service with SIGKILL, without waiting for its restart."""
        os.kill(self.pid(service), signal.SIGKILL)

    def wait_until_back(self, service: str, killed: int) -> None:
        """Wait until a killed service is ready again."""

        def is_back() -> bool:
            one = self.services()[service]
            process = one["process"]
            return bool(one["phase"] == "ready" and process and process["pid"] != killed)

        eventually(is_back, 60, f"{service} is not back")

    @contextlib.contextmanager
    def without(self, service: str) -> Iterator[None]:
        """Stop one service while the block runs."""
        assert self.command("stop", service).returncode == 0
        try:
            yield
        finally:
            assert self.command("start", service).returncode == 0


def command(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `emulators` or `ops` with a state folder; return its result."""
    package = "ops" if words[0] in ops.COMMANDS else "emulators"
    return subprocess.run(
        [sys.executable, "-m", package, *words, "--state", str(state)],
        cwd=ROOT,
        env=_own_environment(),
        capture_output=True,
        text=True,
        timeout=READY_SECONDS,
        check=False,
    )


def _own_environment() -> dict[str, str]:
    """Return the environment without SQL_URL: each cloud has its own database."""
    return {name: value for name, value in os.environ.items() if name != "SQL_URL"}


@contextlib.contextmanager
def running(state: Path, *options: str) -> Iterator[LocalCloud]:
    """Run a local cloud in `state` on free ports, without schedules and sample data."""
    state.mkdir(parents=True, exist_ok=True)
    words = ["up", "--ports", "auto", "--no-schedules", "--no-seed", "--backoff", "0.02", *options]
    output = state / "up.out"
    process = processes.spawn(
        [sys.executable, "-m", "emulators", *words, "--state", str(state)],
        output,
        _own_environment(),
    )
    try:
        until = time.monotonic() + READY_SECONDS
        while not _is_ready(state, process.pid):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the local cloud did not start: {output.read_text()}")
            time.sleep(0.1)
        yield LocalCloud(read(state)[0], process)
    finally:
        processes.stop(process, grace=60)


def _is_ready(state: Path, supervisor: int) -> bool:
    try:
        found = json.loads((state / "cloud.json").read_text())
        return bool(found["ready"] and found["supervisor"]["pid"] == supervisor)
    except FileNotFoundError:
        return False
