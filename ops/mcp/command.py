"""`mcp`: the operator's view for a client of the Model Context Protocol."""

import argparse

from emulators.commands import Subparsers, add
from ops.mcp.deployment import Place


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `mcp`."""
    help_text = "Serve the operator's reads, and if allowed writes, as MCP tools on standard input."
    parser = add(subparsers, "mcp", help_text, run)
    parser.add_argument("--url", help="base address of another deployment")
    parser.add_argument("--token", help="an admin's ID token (SAVEPOINT_TOKEN)")
    parser.add_argument(
        "--allow-writes", action="store_true", help="redrive, pause and resume, each confirmed"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    from ops.mcp import server  # noqa: PLC0415  a second that `--help` need not wait

    place = Place(options.state, options.url, options.token)
    server.build(place, allow_writes=options.allow_writes).run("stdio")
    return 0
