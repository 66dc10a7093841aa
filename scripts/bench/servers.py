"""Functions under their production command, in their staged folders, with a cloud's environment.

`functions-framework --target main --asgi` is what Google's builder starts; the Python of this
virtual environment stands for the bundle's own requirements.
"""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulators.cloud import processes
from emulators.cloud.config import HOST
from scripts.bench import accounting, cpus

READY_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.002
OK = range(200, 300)

PYTHON = sys.executable
ARGUMENTS = ("--target", "main", "--asgi", "--host", HOST)
PRODUCTION = (str(Path(PYTHON).with_name("functions-framework")), *ARGUMENTS)


def after(prelude: str) -> tuple[str, ...]:
    """Return the production command with some Python run before it."""
    start = f"{prelude}; from functions_framework._cli import _cli; _cli()"
    return (PYTHON, "-c", start, *ARGUMENTS)


# What `pip install functions-framework` gives: uvicorn falls back to h11 and asyncio.
STOCK = after("import sys; sys.modules.update(httptools=None, uvloop=None)")


class DidNotAnswer(Exception):
    """A function did not answer 2xx in time; the text ends with its last words."""


@dataclass(frozen=True)
class Wanted:
    """A function to start.

    path: what it answers 2xx to, or `status`, with `body` by POST when there is one.
    """

    name: str
    folder: Path
    environment: Mapping[str, str]
    path: str = "/"
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    command: Sequence[str] = PRODUCTION
    status: int | None = None


@dataclass(frozen=True)
class Server:
    """A function that runs.

    seconds, cpu: wall and CPU seconds from exec to the first 2xx.
    """

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    seconds: float
    cpu: float

    def pids(self) -> list[int]:
        """Return the master and its workers."""
        return accounting.family(self.process.pid)

    def used(self) -> float:
        """Return the CPU seconds used so far."""
        return accounting.cpu_seconds(self.pids())


@contextlib.contextmanager
def running(wanted: Wanted, logs: Path) -> Iterator[Server]:
    """Start a function, wait for its first 2xx, and stop it at the end; raise DidNotAnswer."""
    port = _free_port()
    log = logs / f"{wanted.name}-{port}.log"
    environment = {
        **_production(wanted.name),
        **wanted.environment,
        "PORT": str(port),
    }
    started = time.perf_counter()
    process = processes.spawn(wanted.command, log, environment, cwd=wanted.folder)
    cpus.take_one(process.pid)
    try:
        _wait(process, wanted, port, log)
        seconds = time.perf_counter() - started
        cpu = accounting.cpu_seconds(accounting.family(process.pid))
        yield Server(wanted.name, port, process, log, seconds, cpu)
    finally:
        processes.stop(process)


def _production(name: str) -> dict[str, str]:
    """Return what Cloud Run and Google's builder put into a function's environment."""
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
    last = "nothing listened"
    while time.monotonic() < until:
        if process.poll() is not None:
            last = processes.ending(process.returncode)
            break
        try:
            last = _ask(port, wanted)
        except ConnectionRefusedError:
            time.sleep(LOOK_AGAIN_SECONDS)
            continue
        if not last:
            return
        break
    words = log.read_text(errors="replace")[-2000:]
    raise DidNotAnswer(f"{wanted.name} did not answer 2xx ({last}):\n{words}")


def _ask(port: int, wanted: Wanted) -> str:
    """Return what is wrong with the function's answer, nothing when it is 2xx."""
    connection = http.client.HTTPConnection(HOST, port, timeout=READY_SECONDS)
    try:
        method = "GET" if wanted.body is None else "POST"
        connection.request(method, wanted.path, wanted.body, dict(wanted.headers or {}))
        answer = connection.getresponse()
        body = answer.read()
    except http.client.HTTPException as error:
        return repr(error)
    finally:
        connection.close()
    expected = answer.status in OK or answer.status == wanted.status
    return "" if expected else f"{answer.status} {body[:300]!r}"


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as held:
        port: int = held.getsockname()[1]
        return port
