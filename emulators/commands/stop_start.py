"""`stop NAME` and `start NAME`: take one service away, to see what happens, and back again."""

import argparse
import time

from emulators.cloud.config import CloudError, read
from emulators.commands import Subparsers, add

WAIT_SECONDS = 60
TICK = 0.1


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `stop` and `start`."""
    for name, help_text in (
        ("stop", "Stop one service of a running cloud until it is started again."),
        ("start", "Start a service that was stopped by hand."),
    ):
        parser = add(subparsers, name, help_text, run)
        parser.add_argument("name", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    """Ask the supervisor, and wait until it has done it."""
    _, found = read(options.state)
    known = [name for name, one in found["services"].items() if one["phase"] != "done"]
    if options.name not in known:
        msg = f"There is no service {options.name!r} running; there are {', '.join(known)}."
        raise CloudError(msg)
    mark = options.state / "held" / options.name
    if options.command == "stop":
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    wanted = "held" if options.command == "stop" else "ready"
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        _, found = read(options.state)
        if found["services"][options.name]["phase"] == wanted:
            return 0
        time.sleep(TICK)
    msg = f"{options.name} is not {wanted} after {WAIT_SECONDS} s; see its log."
    raise CloudError(msg)
