"""Command-line arguments that all commands share."""

import argparse
from collections.abc import Callable
from pathlib import Path

import httpx

from ops.client import connect

Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse gives its type no public name
Action = Callable[[argparse.Namespace, httpx.Client], int]


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the deployment."""
    parser.add_argument("--url", help="the deployment's base URL (default: the local cloud)")
    parser.add_argument("--token", help="an admin's ID token (SAVEPOINT_TOKEN)")
    parser.add_argument("--state", type=Path, help="the local cloud's state folder")


def add_group(
    subparsers: "Subparsers[argparse.ArgumentParser]", name: str, help_text: str
) -> "Subparsers[argparse.ArgumentParser]":
    """Add a command that has subcommands, called actions."""
    group = subparsers.add_parser(name, help=help_text, description=help_text)
    return group.add_subparsers(dest="action", required=True, metavar="ACTION")


def add_action(
    group: "Subparsers[argparse.ArgumentParser]", name: str, help_text: str, action: Action
) -> argparse.ArgumentParser:
    """Add an action that runs with a signed-in client."""
    parser = group.add_parser(name, help=help_text, description=help_text)
    add_target(parser)

    def run(options: argparse.Namespace) -> int:
        with connect(options.url, options.token, options.state) as client:
            return action(options, client)

    parser.set_defaults(run=run)
    return parser
