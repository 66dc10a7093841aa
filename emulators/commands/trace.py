"""`trace`: prints all spans of one request."""

import argparse

from emulators.cloud.terminal import console
from emulators.commands import Subparsers, add
from emulators.console import trace


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `trace`."""
    help_text = "Print a request's trace: messages, triggers, rows, documents."
    parser = add(subparsers, "trace", help_text, run)
    parser.add_argument("id", metavar="ID", help="a traceparent, a trace id, or its beginning")


def run(options: argparse.Namespace) -> int:
    """Print the trace as a tree."""
    found, roots = trace.read(options.state / "logs", options.id)
    console().print(trace.tree(found, roots), soft_wrap=True)
    return 0
