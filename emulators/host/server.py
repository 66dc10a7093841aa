"""The functions host: one process serves all functions and is replaced when a file changes.

The parent process imports large third-party packages once, but none of the project's code. The
parent listens on the socket and forks a worker, which imports the project and serves requests.
Another child process, the watcher, reports changed files. After a change, the parent forks a new
worker and stops the old worker once the new one is serving. During the switch between workers, no
request is refused and no change is missed.
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

# Imported before the fork, so that a reload imports only the project. None of these packages
# starts a thread on import; gRPC is imported here but never initialised.
PRELOADED = (
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
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Worker:
    """A forked process, and the pipe through which the process reports to its parent."""

    pid: int
    pipe: int


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--fd", type=int, required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    watcher = _fork(lambda pipe: _watch(options.state, pipe))
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    listening = socket.socket(fileno=options.fd)
    _serve(lambda pipe: _work(listening, options.state, pipe), watcher)


def _watch(state: Path, pipe: int) -> None:
    from emulators.host import watcher  # noqa: PLC0415 - starts a thread, so only after the fork

    watcher.watch(state, changed=lambda: os.write(pipe, CHANGED))


def _work(listening: socket.socket, state: Path, pipe: int) -> None:
    from emulators.host import worker  # noqa: PLC0415 - imports the project, so only after the fork

    worker.serve(listening, state, ready=lambda: os.write(pipe, READY))


def _serve(work: Callable[[int], None], watcher: Worker) -> None:
    """Keep one worker serving; replace the worker after a change or if it dies."""
    current: Worker | None = None
    following: Worker | None = _fork(work)
    try:
        while True:
            sender, message = _receive([one for one in (watcher, current, following) if one])
            if message == READY and sender is following:
                _retire(current)
                current, following = following, None
            elif message == CHANGED:
                _kill(following)
                following = _fork(work)
            elif not message and sender is watcher:
                sys.exit("The watcher of the functions host ended.")
            elif not message:
                _forget(sender)
                current = None if sender is current else current
                following = None if sender is following else following
                # If a new worker failed but an old one still serves, retry after the next change.
                if current is None and following is None:
                    following = _fork_after_pause(work)
    finally:
        for one in (watcher, following, current):
            _retire(one)
        _reap()


def _receive(workers: list[Worker]) -> tuple[Worker, bytes]:
    """Wait for a byte from any worker; an empty result means that the worker has exited."""
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
    except BaseException:  # noqa: BLE001 - the fork must never return to the parent's loop
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _fork_after_pause(work: Callable[[int], None]) -> Worker:
    select.select([], [], [], RETRY_SECONDS)  # avoid a busy loop if workers die immediately
    return _fork(work)


def _retire(worker: Worker | None) -> None:
    """Signal a worker to finish its requests and exit."""
    if worker:
        os.close(worker.pipe)
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGTERM)
        _reap(os.WNOHANG)


def _kill(worker: Worker | None) -> None:
    if worker:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        _forget(worker)


def _forget(worker: Worker) -> None:
    os.close(worker.pipe)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(worker.pid, 0)


def _reap(flags: int = 0) -> None:
    """Reap the workers that have exited; without WNOHANG, wait until all have exited."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, flags)[0]:
            pass


if __name__ == "__main__":
    main()
