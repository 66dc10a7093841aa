"""Starts, identifies and stops child processes, which never outlive their parent."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from emulators.cloud.config import ROOT

PR_SET_PDEATHSIG = 1
GRACE = 10.0
"""Seconds from SIGTERM to SIGKILL."""

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(parent: int) -> None:
    """Make the kernel stop this process when `parent` dies for any reason."""
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def tied_to_parent(command: Sequence[str]) -> list[str]:
    """Wrap a command so that the kernel stops its process when the parent dies.

    Uses setpriv from util-linux instead of running code between fork and exec. Code that runs
    between fork and exec can crash or hang in a multithreaded process, such as a test that uses
    gRPC.
    """
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "TERM", "--", *command] if found else list(command)


def spawn(
    command: Sequence[str],
    log: Path,
    env: Mapping[str, str],
    pass_fds: Sequence[int] = (),
    cwd: Path = ROOT,
) -> subprocess.Popen[bytes]:
    """Start a process that logs to `log`.

    The process has its own session, so Ctrl-C does not reach it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            tied_to_parent(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            pass_fds=pass_fds,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], grace: float = GRACE) -> None:
    """Send SIGTERM; if the process is still running after `grace` seconds, kill its session."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ending(code: int) -> str:
    """Describe how a process ended."""
    if code < 0:
        return f"was killed by signal {-code} ({signal.Signals(-code).name})"
    return f"ended with code {code}"


def identity(pid: int) -> dict[str, float]:
    """Return an identity that distinguishes a process from later ones with the same pid."""
    return {"pid": pid, "created": psutil.Process(pid).create_time()}


def find(known: Mapping[str, float]) -> psutil.Process | None:
    """Return the process with the given `identity`, or None if it is no longer running."""
    try:
        process = psutil.Process(int(known["pid"]))
        same = process.create_time() == known["created"]
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def stop_leftovers(known: Iterable[Mapping[str, float]]) -> None:
    """Stop processes that a killed supervisor left running."""
    left = [process for process in (find(one) for one in known) if process]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(left, timeout=GRACE)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
