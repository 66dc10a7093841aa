"""`status`: shows each service's state, port, process and log."""

import argparse

from emulators.cloud import processes
from emulators.cloud.config import read
from emulators.cloud.terminal import table
from emulators.commands import Subparsers, add


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `status`."""
    add(subparsers, "status", "Show each service's state, port, process and log.", run)


def run(options: argparse.Namespace) -> int:
    """Print the services; return 1 if the cloud is not running or a service is not ready."""
    cloud, found = read(options.state)
    alive = processes.find(found["supervisor"]) is not None
    rows = []
    for name, one in found["services"].items():
        process = processes.find(one["process"]) if one["process"] else None
        state = "stopped" if one["phase"] == "held" else one["phase"]
        if state not in {"done", "stopped", "waiting"} and process is None:
            state = "dead"
        port = cloud.ports.get(name)
        pid = process.pid if process else ""
        rows.append([name, state, str(port or ""), str(pid), str(cloud.log(name))])
    title = "Local cloud" if alive else "Local cloud (not running)"
    table(title, ("service", "state", "port", "pid", "log"), rows)
    return 0 if alive and found["ready"] else 1
