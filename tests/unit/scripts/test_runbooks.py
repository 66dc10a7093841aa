"""Whoever follows a runbook at night finds each command, each consumer and each section there."""

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.__main__ import COMMANDS
from scripts.imports import ROOT
from shared.domain.consumers import NAMES

RUNBOOKS = sorted((ROOT / "docs/runbooks").glob("*.md"))
PAGES = [*RUNBOOKS, ROOT / "docs/mcp.md", ROOT / "docs/operations.md"]
SECTIONS = ["Look", "Stop the bleeding", "Mend", "Make sure"]
CODE = re.compile(r"```\w*\n(.*?)```|`([^`]+)`", re.DOTALL)


def commands(text: str) -> Iterator[str]:
    """Each command that a page names, in a block or within a sentence."""
    for block, inline in CODE.findall(text):
        lines = block.splitlines() if block else [" ".join(inline.split())]
        yield from (line for line in lines if line.startswith(("python ", "make ")))


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(exit_on_error=False)
    subparsers = made.add_subparsers(dest="command", required=True)
    for name in dict.fromkeys(COMMANDS.values()):
        importlib.import_module(name).add_commands(subparsers)
    return made


def is_known(command: str) -> bool:
    program, *words = shlex.split(command, comments=True)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        return all(f"\n{word}: ## " in makefile for word in words)
    if words[:2] == ["-m", "scripts.contract"]:
        return len(words) == 2
    try:
        found = parser().parse_args(words[2:])
    except (argparse.ArgumentError, SystemExit):
        return False
    consumer = getattr(found, "consumer", None)
    return words[:2] == ["-m", "emulators"] and consumer in {None, *NAMES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_exists(page: Path) -> None:
    found = list(commands(page.read_text(encoding="utf-8")))
    assert found
    assert [command for command in found if not is_known(command)] == []


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_a_runbook_goes_from_looking_to_making_sure(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert text.startswith("# ")
    assert len(text.splitlines()) <= 60


def test_the_runbooks_are_these() -> None:
    names = {page.stem for page in RUNBOOKS}
    assert names == {"consumer-failing", "dead-letters", "projections-differ", "store-away"}


@pytest.mark.parametrize(
    "command",
    [
        "python -m emulators dead-letters lst",
        "python -m emulators no-such-thing",
        "python -m emulators consumers pause roll_up_sessions",
        'python -m emulators consumers pause roll_up --reason "x"',
        "python -m emulators dead-letters list --since yesterday",
        "make nothing",
    ],
)
def test_a_command_that_is_not_there_is_noticed(command: str) -> None:
    assert not is_known(command)


def test_commands_are_seen_in_blocks_and_in_sentences() -> None:
    text = "Say `make\nrun`, `other` or\n```\npython -m emulators status  # look\n```\n"
    assert list(commands(text)) == ["make run", "python -m emulators status  # look"]
