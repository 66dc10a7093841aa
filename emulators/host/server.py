"""The functions host: every function in one process, replaced as a whole when a file changes.

This parent imports heavy third-party packages once and no code of the project, listens, and
forks a worker that imports the project and serves. When the watcher, a process beside it, sees a
change, the parent forks the next worker, and retires the old one when the new one serves: nobody is
refused, and no change falls between two workers.
"""

import argparse
import contextlib
import importlib
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emulators.cloud import processes

# Imported before the fork, so that a reload costs only our own code. None of them starts a
# thread at import; gRPC is imported, never initialised, here.
PREPARED = (
    "botocore.auth",
    "functions_framework.aio",
    "google.cloud.firestore",
    "google.pubsub_v1",
    "google.events.cloud.firestore",
    "httpx",
    "jwt",
    "pydantic",
    "pymysql",
    "sqlalchemy.dialects.mysql.pymysql",
    "starlette.requests",
    "uvicorn",
    "yaml",
)
READY, CHANGED = b"r", b"c"
AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Worker:
    """A forked process and the pipe it speaks through."""

    pid: int
    pipe: int


def main() -> None:
    """Serve until asked to stop."""
    options = argparse.ArgumentParser()
    options.add_argument("--state", type=Path, required=True)
    options.add_argument("--fd", type=int, required=True)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    watcher = _fork(lambda pipe: _watch(given.state, pipe))
    for name in PREPARED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    listening = socket.socket(fileno=given.fd)
    _serve(lambda pipe: _work(listening, given.state, pipe), watcher)


def _watch(state: Path, pipe: int) -> None:
    from emulators.host import watcher  # noqa: PLC0415 - starts a thread, so only after the fork

    watcher.main(state, pipe)


def _work(listening: socket.socket, state: Path, pipe: int) -> None:
    from emulators.host import worker  # noqa: PLC0415 - imports the project, so only after the fork

    worker.main(listening, state, pipe)


def _serve(work: Callable[[int], None], watcher: Worker) -> None:
    """Keep one worker serving: a change replaces it, and so does its death."""
    current: Worker | None = None
    following: Worker | None = _fork(work)
    try:
        while True:
            speaker, said = _heard([one for one in (watcher, current, following) if one])
            if said == READY and speaker is following:
                _retire(current)
                current, following = following, None
            elif said == CHANGED:
                _drop(following)
                following = _fork(work)
            elif not said and speaker is watcher:
                sys.exit("The watcher of the functions host ended.")
            elif not said:
                _bury(speaker)
                current = None if speaker is current else current
                following = None if speaker is following else following
                # While one serves, the next change is waited for.
                if current is None and following is None:
                    following = _again(work)
    finally:
        for one in (watcher, following, current):
            _retire(one)
        _reap()


def _heard(workers: list[Worker]) -> tuple[Worker, bytes]:
    """Wait until one says something, or ends (no bytes)."""
    ready, _, _ = select.select([worker.pipe for worker in workers], [], [])
    worker = next(one for one in workers if one.pipe in ready)
    return worker, os.read(worker.pipe, 1)


def _fork(work: Callable[[int], None]) -> Worker:
    mine, theirs = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return Worker(pid, mine)
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        processes.die_with(parent)
        os.close(mine)
        work(theirs)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the fork must not return to our loop
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _again(work: Callable[[int], None]) -> Worker:
    select.select([], [], [], AGAIN_SECONDS)  # a worker that dies at once must not spin
    return _fork(work)


def _retire(worker: Worker | None) -> None:
    """Let a worker finish what it is doing; it ends by itself."""
    if worker:
        os.close(worker.pipe)
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGTERM)
        _reap(os.WNOHANG)


def _drop(worker: Worker | None) -> None:
    if worker:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        _bury(worker)


def _bury(worker: Worker) -> None:
    os.close(worker.pipe)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(worker.pid, 0)


def _reap(flags: int = 0) -> None:
    """Collect workers that ended; without WNOHANG wait for all of them."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, flags)[0]:
            pass


if __name__ == "__main__":
    main()
