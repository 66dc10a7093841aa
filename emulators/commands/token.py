"""`token`: prints a token signed by the local issuer."""

import argparse

from emulators.cloud.config import read
from emulators.commands import Subparsers, add
from emulators.edge.issuer import mint


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `token`."""
    parser = add(subparsers, "token", "Print a token that is valid for an hour.", run)
    parser.add_argument("--uid", default="ada", help="(%(default)s)")
    parser.add_argument(
        "--role", choices=("player", "creator", "admin"), default="player", help="(%(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Print only the token, so that the command can be used in `$(…)`."""
    cloud, _ = read(options.state)
    print(mint(cloud, options.uid, [options.role]))
    return 0
