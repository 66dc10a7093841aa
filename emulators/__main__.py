"""Run the local cloud: emulators, a database and the functions, wired as in production."""

import argparse
import importlib
import sys

from emulators.cloud.config import CloudError

# Each module has `add_commands(subparsers)`. Only the module of the given command is imported,
# since some are slow to import.
COMMANDS = {
    "up": "emulators.commands.up",
    "down": "emulators.commands.down",
    "status": "emulators.commands.status",
    "logs": "emulators.commands.logs",
    "reset": "emulators.commands.down",
    "stop": "emulators.commands.stop_start",
    "start": "emulators.commands.stop_start",
    "migrate": "emulators.commands.migrate",
    "seed": "emulators.commands.seed",
    "token": "emulators.commands.token",
    "fire": "emulators.commands.fire",
    "trace": "emulators.commands.trace",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="python -m emulators", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = [COMMANDS[words[0]]] if words and words[0] in COMMANDS else COMMANDS.values()
    try:
        for name in dict.fromkeys(wanted):
            importlib.import_module(name).add_commands(subparsers)
    except ModuleNotFoundError as error:
        print(
            f"{sys.executable} has no module {error.name}: run `make setup`, then "
            "`source .venv/bin/activate`.",
            file=sys.stderr,
        )
        return 1
    return _run(parser.parse_args(words))


def _run(options: argparse.Namespace) -> int:
    from shared.runtime.manifest import ManifestError  # noqa: PLC0415 - needs installed packages

    try:
        code = options.run(options)
    except (CloudError, ManifestError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as `head`, closed the pipe
        sys.stderr.close()
        return 0
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main())
