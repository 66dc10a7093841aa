"""`mcp`: serves the operator's tools to a Model Context Protocol client."""

import argparse

from ops.arguments import Subparsers, add_target
from ops.mcp.deployment import Deployment

HELP = "Serve these commands as MCP tools on standard input and output."


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `mcp`."""
    parser = subparsers.add_parser("mcp", help=HELP, description=HELP)
    add_target(parser)
    parser.add_argument(
        "--allow-writes",
        action="store_true",
        help="also offer redrive, pause and resume, which require confirmation",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve requests until standard input is closed."""
    from ops.mcp import server  # noqa: PLC0415 - takes a second, which `--help` should not

    deployment = Deployment(options.url, options.token, options.state)
    server.build(deployment, allow_writes=options.allow_writes).run("stdio")
    return 0
