"""`up`: start the local cloud and stay, or leave it running."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from emulators.cloud.config import ROOT, Cloud, CloudError, choose_ports
from emulators.cloud.services import registry
from emulators.cloud.supervisor import Supervisor
from emulators.cloud.terminal import Progress, announce
from emulators.commands import Subparsers, add
from shared.runtime import manifest

LARGEST_LOG = 64 * 1024 * 1024


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `up`."""
    parser = add(subparsers, "up", "Start everything, and stay until Ctrl-C.", run)
    parser.add_argument("--detach", action="store_true", help="return when everything is ready")
    parser.add_argument(
        "--isolated",
        action="store_true",
        help="each function from its staged bundle, in its own process",
    )
    parser.add_argument(
        "--extra",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="serve functions/ and triggers/ of this folder too",
    )
    parser.add_argument(
        "--only", default="", metavar="NAME,…", help="start these services and what they need"
    )
    parser.add_argument(
        "--ports", help="the first of the ports (SAVEPOINT_PORT; 8080), or `auto` for free ones"
    )
    parser.add_argument(
        "--backoff",
        type=float,
        default=float(os.environ.get("SAVEPOINT_BACKOFF", "0.1")),
        help="what production backoffs are multiplied with (SAVEPOINT_BACKOFF; %(default)s)",
    )
    parser.add_argument("--no-schedules", action="store_true", help="run no schedule by itself")
    parser.add_argument("--no-seed", action="store_true", help="import nothing")
    parser.add_argument("--told-by", type=int, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Start the cloud in this process, or in one that stays behind."""
    if options.detach:
        return _detach(options)
    tell = os.fdopen(options.told_by, "w") if options.told_by else None
    try:
        _supervise(options, told_by=tell)
    except (CloudError, manifest.ManifestError) as error:
        if tell and not tell.closed:  # afterwards nobody listens any more
            tell.write(str(error))
        raise
    return 0


def _supervise(options: argparse.Namespace, told_by: object) -> None:
    cloud = describe(options)
    only = [name for name in options.only.split(",") if name]
    manifests = manifest.discover(cloud.roots)
    services = registry(cloud, only, seed=not options.no_seed and not only)
    _prepare(cloud.state)
    with Progress() as progress:

        def ready() -> None:
            progress.stop()
            announce(cloud, manifests, supervisor.running)
            if told_by is not None:
                told_by.close()  # type: ignore[attr-defined]

        supervisor = Supervisor(cloud, services, manifests, progress.tell, progress.show)
        supervisor.run(ready)


def describe(options: argparse.Namespace) -> Cloud:
    """Return the cloud that the options ask for; CloudError when one of them cannot be."""
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
    for flags in ("held", "broken", "killed"):
        shutil.rmtree(state / flags, ignore_errors=True)
    for log in (state / "logs").glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def _detach(options: argparse.Namespace) -> int:
    """Start a process that stays behind; return when it is ready, raise what it says."""
    hear, tell = os.pipe()
    given = [word for word in sys.argv[1:] if word != "--detach"]
    log = options.state.resolve() / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "emulators", *given, "--told-by", str(tell)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=[tell],
            start_new_session=True,
            cwd=Path.cwd(),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    os.close(tell)
    with os.fdopen(hear) as told:
        sentence = told.read()  # ends when the other side is ready, or gone
    if sentence:
        raise CloudError(sentence)
    if process.poll() is not None:
        msg = f"The local cloud did not start; its last words are at the end of {log}."
        raise CloudError(msg)
    sys.stdout.write(log.read_text())
    return 0
