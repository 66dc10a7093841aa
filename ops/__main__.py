"""The operator's commands. Without --url, the commands act on the local cloud."""

import argparse
import importlib
import sys

from ops.errors import OpsError

# Each module has `add_commands(subparsers)`. Only the module of the given command is imported,
# since some are slow to import.
COMMANDS = {
    "dead-letters": "ops.dead_letters",
    "projections": "ops.projections",
    "consumers": "ops.consumers",
    "roles": "ops.roles",
    "import": "ops.import_games",
    "mcp": "ops.mcp.command",
}
EPILOG = """\
For another deployment, set --url, and pass an admin's ID token with --token or SAVEPOINT_TOKEN.
The exit code is 0 on success, and 1 after an error, a difference, a rejected record or an event
that is still open."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(
        prog="python -m ops",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = [COMMANDS[words[0]]] if words and words[0] in COMMANDS else COMMANDS.values()
    for name in wanted:
        importlib.import_module(name).add_commands(subparsers)
    return _run(parser.parse_args(words))


def _run(options: argparse.Namespace) -> int:
    try:
        return int(options.run(options))
    except OpsError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as `head`, closed the pipe
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
