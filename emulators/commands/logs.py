"""`logs`: prints the services' logs."""

import argparse
import sys
import time
from pathlib import Path

from emulators.cloud.config import CloudError
from emulators.commands import Subparsers, add

POLL_SECONDS = 0.3


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `logs`."""
    parser = add(subparsers, "logs", "Print the log of one service, or of all services.", run)
    parser.add_argument("name", nargs="?", metavar="NAME", help="a service (default: all)")
    parser.add_argument("-f", "--follow", action="store_true", help="keep printing new lines")


def run(options: argparse.Namespace) -> int:
    """Print one service's log, or all logs with the service's name before each line."""
    folder = options.state / "logs"
    names = sorted(file.stem for file in folder.glob("*.log"))
    if options.name and options.name not in names:
        known = ", ".join(names) or "none yet"
        msg = f"There is no log of {options.name!r} in {folder}; there are: {known}."
        raise CloudError(msg)
    files = [folder / f"{name}.log" for name in ([options.name] if options.name else names)]
    offsets = dict.fromkeys(files, 0)
    while True:
        for file in files:
            offsets[file] = _print(file, offsets[file], named=len(files) > 1)
        if not options.follow:
            return 0
        sys.stdout.flush()
        time.sleep(POLL_SECONDS)


def _print(file: Path, start: int, *, named: bool) -> int:
    """Print the complete lines from offset `start`; return the offset of the next line."""
    with file.open("rb") as lines:
        if lines.seek(0, 2) < start:
            start = 0  # the file was replaced
        lines.seek(start)
        for line in lines:
            if not line.endswith(b"\n"):
                break
            start += len(line)
            prefix = f"{file.stem}: " if named else ""
            sys.stdout.write(prefix + line.decode(errors="replace"))
    return start
