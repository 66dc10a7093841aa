"""`seed`: loads the sample data into the running cloud."""

import argparse
import os

from emulators.cloud.config import environment, read
from emulators.commands import Subparsers, add


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `seed`."""
    add(subparsers, "seed", "Load the games and a sample player; safe to repeat.", run)


def run(options: argparse.Namespace) -> int:
    """Seed the running cloud, then print and save the commands to try."""
    cloud, _ = read(options.state)
    # The seed imports games through the functions' code, which reads the functions' settings.
    os.environ.update(environment(cloud))
    from emulators.cloud.seed import seed  # noqa: PLC0415 - slow to import

    lines = "".join(f"{line}\n" for line in seed(cloud))
    cloud.seed_output.write_text(lines)
    print(lines, end="")
    return 0
