"""The operator's command line: `python -m ops COMMAND`."""

import argparse
import importlib
import sys

# Each command's module has `add_commands(subparsers)`. Only the module that is asked for is
# imported, since some of them are heavy.
COMMANDS = {
    "dead-letters": "ops.dead_letters",
    "projections": "ops.dead_letters",
    "consumers": "ops.dead_letters",
    "roles": "ops.dead_letters",
    "import": "ops.import_games",
    "mcp": "ops.mcp.command",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="python -m ops", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = [COMMANDS[given[0]]] if given and given[0] in COMMANDS else COMMANDS.values()
    for name in dict.fromkeys(asked):
        importlib.import_module(name).add_commands(subparsers)
    return _run(parser.parse_args(given))


def _run(options: argparse.Namespace) -> int:
    from emulators.cloud.config import CloudError  # noqa: PLC0415  not without its packages

    try:
        code = options.run(options)
    except CloudError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `… | head` has seen enough
        sys.stderr.close()
        return 0
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main())
