"""The commands of `python -m emulators`, each in its own module.

Module `down` has the commands `down` and `reset`, and `stop_start` has `stop` and `start`. Every
other module has one command. The file emulators/__main__.py lists the modules. Each module
registers its commands with `add_commands(subparsers)`. No other package imports these modules.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from emulators.cloud.config import state_folder

Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse gives its type no public name
Command = Callable[[argparse.Namespace], int | None]


def add(
    subparsers: "Subparsers[argparse.ArgumentParser]", name: str, help_text: str, run: Command
) -> argparse.ArgumentParser:
    """Add a command that calls `run` and has the option `--state`."""
    parser = subparsers.add_parser(name, help=help_text, description=help_text)
    parser.add_argument(
        "--state",
        type=Path,
        default=state_folder(),
        help="the state folder (SAVEPOINT_STATE; %(default)s)",
    )
    parser.set_defaults(run=run)
    return parser
