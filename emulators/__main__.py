"""The command line: `python -m emulators COMMAND`."""

import argparse
import importlib
import sys

from emulators.cloud.config import CloudError

# Each command's module has `add_commands(subparsers)`. Only the module that is asked for is
# imported, since some of them are heavy.
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
    given = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="python -m emulators", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = [COMMANDS[given[0]]] if given and given[0] in COMMANDS else COMMANDS.values()
    try:
        for name in dict.fromkeys(asked):
            importlib.import_module(name).add_commands(subparsers)
    except ModuleNotFoundError as error:
        print(
            f"{sys.executable} has no {error.name}: activate .venv, which `make setup` fills "
            "(`source .venv/bin/activate`).",
            file=sys.stderr,
        )
        return 1
    return _run(parser.parse_args(given))


def _run(options: argparse.Namespace) -> int:
    from shared.runtime.manifest import ManifestError  # noqa: PLC0415  not without its packages

    try:
        code = options.run(options)
    except (CloudError, ManifestError) as error:
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
