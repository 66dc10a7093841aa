"""`down` stops the local cloud; `reset` also deletes its state."""

import argparse
import shutil
from pathlib import Path

import psutil

from emulators.cloud import processes
from emulators.cloud.config import CloudError, read
from emulators.commands import Subparsers, add

STOP_SECONDS = 60
FOLDERS = ("mariadb", "mysql", "logs", "issuer", "held", "broken", "build")
FILES = ("mysql.*", "relay.sqlite*", "cloud.json*")


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `down` and `reset`."""
    add(subparsers, "down", "Stop what `up` started.", down)
    add(subparsers, "reset", "Stop the cloud and delete all its data and logs.", reset)


def down(options: argparse.Namespace) -> int:
    """Stop the local cloud and wait until all of its processes have exited."""
    stopped = stop(options.state)
    print("Stopped." if stopped else "No local cloud is running here.")
    return 0


def stop(state: Path) -> bool:
    """Stop the local cloud that uses a state folder; return False if none was running."""
    try:
        _, found = read(state)
    except CloudError:
        return False
    supervisor = processes.find(found["supervisor"])
    if supervisor:
        supervisor.terminate()
        try:
            supervisor.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            msg = f"The local cloud (process {supervisor.pid}) did not stop; kill it."
            raise CloudError(msg) from None
    services = (one["process"] for one in found["services"].values())
    processes.stop_leftovers([one for one in services if one])
    return supervisor is not None


def reset(options: argparse.Namespace) -> int:
    """Stop the local cloud and delete its state, but keep other files in the folder."""
    stop(options.state)
    for name in FOLDERS:
        shutil.rmtree(options.state / name, ignore_errors=True)
    for pattern in FILES:
        for file in options.state.glob(pattern):
            file.unlink()
    print(f"Deleted the state in {options.state}.")
    return 0
