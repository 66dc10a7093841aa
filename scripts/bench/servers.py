"""Runs staged functions with the command used in production.

Google's builder starts `functions-framework --target main --asgi`. The benchmarks use the current
virtual environment instead of installing the bundle's requirements.
"""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emulators.cloud import processes
from emulators.cloud.config import HOST
from scripts.bench import cpu, probe
from scripts.bench.bundles import FLOORS

READY_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.002
OK = range(200, 300)

PYTHON = sys.executable
ARGUMENTS = ("--target", "main", "--asgi", "--host", HOST)
PRODUCTION = (str(Path(PYTHON).with_name("functions-framework")), *ARGUMENTS)
# Without -P, the probe's folder would come before the bundle's folder on the path.
PROBED = (PYTHON, "-P", probe.__file__, *ARGUMENTS)
# After a plain `pip install functions-framework`, uvicorn falls back to h11 and asyncio.
_WITHOUT = "import sys; sys.modules.update(httptools=None, uvloop=None)"
STOCK = (PYTHON, "-c", f"{_WITHOUT}; from functions_framework._cli import _cli; _cli()", *ARGUMENTS)


class DidNotAnswer(Exception):
    """A function returned no 2xx response in time.

    The message includes the end of the function's log.
    """


@dataclass(frozen=True)
class Wanted:
    """A function to start.

    path: a path that returns 2xx or `status`, requested by POST if `body` is set.
    """

    name: str
    folder: Path
    environment: Mapping[str, str]
    path: str = "/"
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    command: Sequence[str] = PRODUCTION
    status: int | None = None

    def probed(self, recording: "Recording", *, statements: bool = False) -> "Wanted":
        """Return this function with the probe enabled, optionally recording SQL statements."""
        recording.folder.mkdir(parents=True, exist_ok=True)
        files = {"PROBE": str(recording.counters)}
        if statements:
            files["PROBE_STATEMENTS"] = str(recording.statements)
        return replace(self, environment={**self.environment, **files}, command=PROBED)


HELLO = Wanted("hello", FLOORS / "hello", {})
"""A minimal functions-framework handler."""


@dataclass(frozen=True)
class Server:
    """A running function.

    seconds, cpu: the wall time and CPU time, in seconds, from exec to the first 2xx response.
    """

    name: str
    port: int
    process: subprocess.Popen[bytes]
    seconds: float
    cpu: float

    def pids(self) -> list[int]:
        """Return the pids of the master process and its workers."""
        return cpu.family(self.process.pid)

    def used(self) -> float:
        """Return the CPU seconds that the function has used so far."""
        return cpu.seconds(self.pids())


@dataclass
class Recording:
    """The files to which a probed function writes its CPU counters and SQL statements."""

    folder: Path
    _seen: int = 0

    @property
    def counters(self) -> Path:
        """The file of the counters."""
        return self.folder / "counters"

    @property
    def statements(self) -> Path:
        """The file of the statements."""
        return self.folder / "statements"

    def taken(self) -> list[str]:
        """Return the SQL statements sent since the last call."""
        lines = self.statements.read_text(encoding="utf-8").splitlines()
        fresh, self._seen = lines[self._seen :], len(lines)
        return [json.loads(line) for line in fresh]


@contextlib.contextmanager
def running(wanted: Wanted, logs: Path) -> Iterator[Server]:
    """Start a function, wait until it responds, and stop it at the end. Raises DidNotAnswer."""
    with socket.create_server((HOST, 0)) as reserved:
        port = reserved.getsockname()[1]
    log = logs / f"{wanted.name}-{port}.log"
    environment = {**_production(wanted.name), **wanted.environment, "PORT": str(port)}
    started = time.perf_counter()
    process = processes.spawn(wanted.command, log, environment, cwd=wanted.folder)
    cpu.take_one(process.pid)
    try:
        _wait(process, wanted, port, log)
        seconds = time.perf_counter() - started
        yield Server(wanted.name, port, process, seconds, cpu.seconds(cpu.family(process.pid)))
    finally:
        processes.stop(process)


def _production(name: str) -> dict[str, str]:
    """Return the environment variables that Cloud Run and Google's builder set."""
    service = name.replace("_", "-")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "FUNCTION_TARGET": "main",
        "FUNCTION_SIGNATURE_TYPE": "http",
        "LOG_EXECUTION_ID": "false",
        "K_SERVICE": service,
        "K_REVISION": f"{service}-00001-abc",
        "K_CONFIGURATION": service,
        "TRACE_SAMPLE": "0.01",
    }


def _wait(process: subprocess.Popen[bytes], wanted: Wanted, port: int, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    problem = "nothing listened"
    while time.monotonic() < until:
        if process.poll() is not None:
            problem = processes.ending(process.returncode)
            break
        try:
            problem = _first_request(port, wanted)
        except ConnectionRefusedError:
            time.sleep(LOOK_AGAIN_SECONDS)
            continue
        if not problem:
            return
        break
    end = log.read_text(errors="replace")[-2000:]
    raise DidNotAnswer(f"{wanted.name} did not respond 2xx ({problem}):\n{end}")


def _first_request(port: int, wanted: Wanted) -> str:
    """Return a description of the response if it is unexpected, else an empty string."""
    connection = http.client.HTTPConnection(HOST, port, timeout=READY_SECONDS)
    try:
        method = "GET" if wanted.body is None else "POST"
        connection.request(method, wanted.path, wanted.body, dict(wanted.headers or {}))
        response = connection.getresponse()
        body = response.read()
    except http.client.HTTPException as error:
        return repr(error)
    finally:
        connection.close()
    expected = response.status in OK or response.status == wanted.status
    return "" if expected else f"{response.status} {body[:300]!r}"
