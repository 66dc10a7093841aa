"""`stop NAME` makes a service unavailable; `start NAME` makes it available again."""

import argparse
import time

from emulators.cloud.config import CloudError, read
from emulators.commands import Subparsers, add

WAIT_SECONDS = 60
POLL_SECONDS = 0.1


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `stop` and `start`."""
    for name, help_text in (
        ("stop", "Stop one service of the running cloud until `start`."),
        ("start", "Start a service again after `stop`."),
    ):
        parser = add(subparsers, name, help_text, run)
        parser.add_argument("name", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    """Create or delete a service's stop marker, and wait until the supervisor has acted on it."""
    cloud, running = read(options.state)
    known = [name for name, one in running["services"].items() if one["phase"] != "done"]
    if options.name not in known:
        msg = f"There is no service {options.name!r} running; there are {', '.join(known)}."
        raise CloudError(msg)
    marker = cloud.stop_marker(options.name)
    if options.command == "stop":
        marker.parent.mkdir(exist_ok=True)
        marker.touch()
    else:
        marker.unlink(missing_ok=True)
    wanted = "held" if options.command == "stop" else "ready"
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        _, running = read(options.state)
        if running["services"][options.name]["phase"] == wanted:
            return 0
        time.sleep(POLL_SECONDS)
    msg = f"{options.name} did not {options.command} within {WAIT_SECONDS} s; see its log."
    raise CloudError(msg)
