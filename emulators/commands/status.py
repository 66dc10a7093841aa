"""`status`: what runs, where, and where it writes its log."""

import argparse

from emulators.cloud import processes
from emulators.cloud.config import read
from emulators.cloud.terminal import table
from emulators.commands import Subparsers, add


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `status`."""
    add(subparsers, "status", "Show each service: state, port, process, log.", run)


def run(options: argparse.Namespace) -> int:
    """Print the table; 1 when the cloud is not running or a part of it is not ready."""
    cloud, found = read(options.state)
    alive = processes.find(found["supervisor"]) is not None
    rows = []
    for name, one in found["services"].items():
        process = processes.find(one["process"]) if one["process"] else None
        state = one["phase"]
        if state not in {"done", "held", "waiting"} and process is None:
            state = "dead"
        port = cloud.ports.get(name)
        pid = process.pid if process else ""
        rows.append([name, state, str(port or ""), str(pid), str(cloud.log(name))])
    table("Local cloud" if alive else "Local cloud (not running)", _COLUMNS, rows)
    return 0 if alive and found["ready"] else 1


_COLUMNS = ("service", "state", "port", "pid", "log")
