"""`fire`: run a schedule by hand."""

import argparse
from datetime import UTC, datetime

import httpx

from emulators.cloud.config import CloudError, environment, read
from emulators.commands import Subparsers, add
from emulators.edge import schedules
from shared.runtime import manifest


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `fire`."""
    parser = add(subparsers, "fire", "Run a trigger that has a schedule, now.", run)
    parser.add_argument("trigger", metavar="TRIGGER")


def run(options: argparse.Namespace) -> int:
    """Call the trigger as its schedule would, and print the answer; 1 when it failed."""
    cloud, _ = read(options.state)
    found = manifest.discover(cloud.roots)
    wanted = found.get(options.trigger.replace("-", "_"))
    if wanted is None or wanted.schedule is None:
        known = ", ".join(name for name, one in sorted(found.items()) if one.schedule)
        msg = f"No trigger {options.trigger!r} has a schedule; these have: {known}."
        raise CloudError(msg)
    address = environment(cloud)["CONSUMER_URL"]
    try:
        answer = httpx.post(**schedules.call(address, wanted, datetime.now(UTC)))
    except httpx.TransportError as error:
        msg = f"The functions host does not answer ({error}); see `python -m emulators status`."
        raise CloudError(msg) from None
    print(f"{answer.status_code} {answer.reason_phrase} {answer.text}".rstrip())
    return 1 if answer.is_error else 0
