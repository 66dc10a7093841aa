"""The code in runbooks, and the parsers of the project's commands."""

import argparse
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import emulators.__main__ as emulators
import ops.__main__ as ops
from emulators.cloud.config import ROOT

FOLDER = ROOT / "docs/runbooks"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = {"emulators": emulators.COMMANDS, "ops": ops.COMMANDS}


def code(page: Path) -> Iterator[str]:
    """Yield every command and inline code, without comments, with continued lines joined."""
    parts = FENCE.split(page.read_text(encoding="utf-8"))
    prose, languages, blocks = parts[::3], parts[1::3], parts[2::3]
    for language, block in zip(languages, blocks, strict=True):
        for line in block.replace("\\\n", " ").splitlines():
            if language != "sql":
                yield re.sub(r"\s+#.*$", "", line).strip()
    for inline in re.findall(r"`([^`]+)`", "".join(prose)):
        yield " ".join(inline.split())


def parser(package: str) -> argparse.ArgumentParser:
    """Return the parser of `python -m emulators` or `python -m ops`."""
    made = argparse.ArgumentParser(prog=f"python -m {package}")
    subparsers = made.add_subparsers(dest="command", required=True)
    for module in dict.fromkeys(COMMANDS[package].values()):
        importlib.import_module(module).add_commands(subparsers)
    return made
