"""Every command and consumer that operators' pages name exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bundling.imports import ROOT
from shared.domain.operations.consumers import NAMES
from tests.support.runbooks import COMMANDS, parser

PAGES = [ROOT / "docs/mcp.md", ROOT / "docs/operations.md"]
CODE = re.compile(r"```\w*\n(.*?)```|`([^`]+)`", re.DOTALL)


def commands(text: str) -> Iterator[str]:
    """Yield each command on a page, in a block or in a sentence."""
    for block, inline in CODE.findall(text):
        lines = block.splitlines() if block else [" ".join(inline.split())]
        yield from (line for line in lines if line.startswith(("python ", "make ")))


def is_known(command: str) -> bool:
    program, *words = shlex.split(command, comments=True)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        return all(f"\n{word}: ## " in makefile for word in words)
    if words[1].startswith("scripts."):
        return ROOT.joinpath(*words[1].split(".")).with_suffix(".py").is_file()
    if words[1] not in COMMANDS:
        return False
    try:
        found = parser(words[1]).parse_args(words[2:])
    except SystemExit:
        return False
    consumer = getattr(found, "consumer", None)
    return words[0] == "-m" and consumer in {None, *NAMES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_exists(page: Path) -> None:
    found = list(commands(page.read_text(encoding="utf-8")))
    assert found
    assert [command for command in found if not is_known(command)] == []


@pytest.mark.parametrize(
    "command",
    [
        "python -m ops dead-letters lst",
        "python -m emulators no-such-thing",
        "python -m scripts.no_such_thing",
        "python -m ops consumers pause roll_up_sessions",
        'python -m ops consumers pause roll_up --reason "x"',
        "python -m ops dead-letters list --since yesterday",
        "make nothing",
    ],
)
def test_a_command_that_does_not_exist_is_found(command: str) -> None:
    assert not is_known(command)


def test_commands_are_found_in_blocks_and_sentences() -> None:
    text = "Say `make\nrun`, `other` or\n```\npython -m emulators status  # look\n```\n"
    assert list(commands(text)) == ["make run", "python -m emulators status  # look"]
