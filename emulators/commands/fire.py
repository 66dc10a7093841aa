"""`fire`: runs a scheduled trigger now."""

import argparse
from datetime import UTC, datetime

import httpx

from emulators.cloud.config import CloudError, environment, read
from emulators.commands import Subparsers, add
from emulators.edge import schedules
from shared.runtime import manifest


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `fire`."""
    parser = add(subparsers, "fire", "Run a scheduled trigger now.", run)
    parser.add_argument("trigger", metavar="TRIGGER")


def run(options: argparse.Namespace) -> int:
    """Call the trigger as Cloud Scheduler would, and print the response; return 1 on failure."""
    cloud, _ = read(options.state)
    known = {name: one for name, one in manifest.discover(cloud.roots).items() if one.schedule}
    trigger = known.get(options.trigger.replace("-", "_"))
    if trigger is None:
        msg = f"{options.trigger!r} is not a scheduled trigger; these are: {', '.join(known)}."
        raise CloudError(msg)
    address = environment(cloud)["CONSUMER_URL"]
    try:
        response = httpx.post(**schedules.call(address, trigger, datetime.now(UTC)))
    except httpx.TransportError as error:
        msg = f"The functions host does not answer ({error}); see `python -m emulators status`."
        raise CloudError(msg) from None
    print(f"{response.status_code} {response.reason_phrase} {response.text}".rstrip())
    return 1 if response.is_error else 0
