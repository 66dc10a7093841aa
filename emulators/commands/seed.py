"""`seed`: import the games and one player, so that there is something to look at."""

import argparse
import importlib
import importlib.util
import os

from emulators.cloud.config import environment, read
from emulators.commands import Subparsers, add

SHOWN = "seed.txt"
"""Keeps the lines that the seed returned, for `up` to show."""


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `seed`."""
    add(subparsers, "seed", "Import the games and one player; again changes nothing.", run)


def run(options: argparse.Namespace) -> int:
    """Seed the running cloud and print the lines that the seed returns."""
    cloud, _ = read(options.state)
    # The seed works through the same library as the functions, with the same settings.
    os.environ.update(environment(cloud))
    if importlib.util.find_spec("emulators.cloud.seed"):
        lines = "".join(
            f"{line}\n" for line in importlib.import_module("emulators.cloud.seed").seed(cloud)
        )
        (cloud.state / SHOWN).write_text(lines)
        print(lines, end="")
    return 0
