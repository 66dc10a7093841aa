"""`up`: starts the local cloud in the foreground or in the background."""

import argparse
import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

from rich.console import Console

from emulators.cloud.config import ROOT, Cloud, CloudError, choose_ports
from emulators.cloud.services import registry
from emulators.cloud.supervisor import Supervisor
from emulators.cloud.terminal import announce, show_progress
from emulators.commands import Subparsers, add
from shared.runtime import manifest

LARGEST_LOG = 64 * 1024 * 1024


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `up`."""
    parser = add(subparsers, "up", "Start everything and run until Ctrl-C.", run)
    parser.add_argument(
        "--detach", action="store_true", help="run in the background and return when ready"
    )
    parser.add_argument(
        "--isolated",
        action="store_true",
        help="run each function from its staged bundle, in its own process",
    )
    parser.add_argument(
        "--extra",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="also serve the functions/ and triggers/ in this folder",
    )
    parser.add_argument(
        "--only", default="", metavar="NAME,…", help="start only these and their dependencies"
    )
    parser.add_argument(
        "--ports", help="the first port, or `auto` for free ones (SAVEPOINT_PORT; 8080)"
    )
    parser.add_argument(
        "--backoff",
        type=float,
        default=float(os.environ.get("SAVEPOINT_BACKOFF", "0.1")),
        help="factor on production's retry backoff (SAVEPOINT_BACKOFF; %(default)s)",
    )
    parser.add_argument("--no-schedules", action="store_true", help="do not run schedules")
    parser.add_argument("--no-seed", action="store_true", help="do not load the sample data")
    parser.add_argument("--notify-fd", type=int, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Start the cloud in this process, or in a background process."""
    if options.detach:
        return _detach(options)
    notify = os.fdopen(options.notify_fd, "w") if options.notify_fd else None
    try:
        _supervise(options, notify)
    except (CloudError, manifest.ManifestError) as error:
        if notify and not notify.closed:
            notify.write(str(error))
        raise
    return 0


def _supervise(options: argparse.Namespace, notify: IO[str] | None) -> None:
    cloud = describe(options)
    only = [name for name in options.only.split(",") if name]
    manifests = manifest.discover(cloud.roots)
    services = registry(cloud, only, seed=not options.no_seed and not only)
    _prepare(cloud.state)
    with Console(stderr=True).status("Starting") as status:

        def ready() -> None:
            status.stop()
            announce(cloud, manifests, supervisor.running)
            if notify:
                notify.close()

        show = functools.partial(show_progress, status)
        supervisor = Supervisor(cloud, services, manifests, _report, show)
        supervisor.run(ready)


def _report(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def describe(options: argparse.Namespace) -> Cloud:
    """Return the cloud described by the options; raise CloudError if an option is invalid."""
    for folder in options.extra:
        if not folder.is_dir():
            msg = f"The folder {folder} given with --extra does not exist."
            raise CloudError(msg)
    return Cloud(
        state=options.state.resolve(),
        ports=choose_ports(options.ports),
        roots=(ROOT, *(folder.resolve() for folder in options.extra)),
        isolated=options.isolated,
        schedules=not options.no_schedules,
        backoff=options.backoff,
        sql_url=os.environ.get("SQL_URL") or None,
    )


def _prepare(state: Path) -> None:
    for markers in ("held", "broken", "killed"):
        shutil.rmtree(state / markers, ignore_errors=True)
    for log in (state / "logs").glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def _detach(options: argparse.Namespace) -> int:
    """Start the cloud in the background and wait until it is ready; raise CloudError on failure."""
    receive, notify = os.pipe()
    words = [word for word in sys.argv[1:] if word != "--detach"]
    log = options.state.resolve() / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "emulators", *words, "--notify-fd", str(notify)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=[notify],
            start_new_session=True,
            cwd=Path.cwd(),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    os.close(notify)
    with os.fdopen(receive) as pipe:
        message = pipe.read()  # returns once the process is ready or dead, which closes its end
    if message:
        raise CloudError(message)
    if process.poll() is not None:
        msg = f"The local cloud did not start; see the end of {log}."
        raise CloudError(msg)
    sys.stdout.write(log.read_text())
    return 0
