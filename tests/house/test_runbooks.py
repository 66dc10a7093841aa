"""Every alert has a complete runbook, and everything that runbooks name exists."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from shared.runtime import manifest
from tests.support.runbooks import COMMANDS, FOLDER, code, parser

ROOT = Path(__file__).parents[2]
LIST = FOLDER / "README.md"
PAGES = sorted(set(FOLDER.glob("*.md")) - {LIST})
ALERTS = ROOT / "terraform/modules/observability"
SECTIONS = ["Look", "Stop the bleeding", "Fix", "Make sure"]
FUNCTIONS = manifest.discover([ROOT])
# Words in capitals are placeholders.
STANDS_FOR = re.compile(r"\b[A-Z]{3,}\b|…")
FOLDERS = "clients|docs|emulators|functions|ops|scripts|shared|terraform|tests|triggers"
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def linked() -> set[str]:
    """Return the runbooks that alerts or the budget link to."""
    lines = [
        line
        for file in ALERTS.glob("*.tf")
        for line in file.read_text(encoding="utf-8").splitlines()
        if "runbook" in line
    ]
    assigned = [found for line in lines for found in re.findall(r'[=?:] "([a-z-]+)"', line)]
    return {*assigned, *re.findall(r"docs/runbooks/([a-z-]+)\.md", "\n".join(lines))}


def test_every_alert_has_a_runbook() -> None:
    named = linked() - {"availability"}
    assert len(named) > 10
    assert not named - {page.stem for page in PAGES}


def test_every_runbook_is_in_the_index() -> None:
    listed = set(re.findall(r"\(([a-z-]+)\.md\)", LIST.read_text(encoding="utf-8")))
    assert listed == {page.stem for page in PAGES}


@every_page
def test_a_runbook_is_complete(page: Path) -> None:
    title, *parts = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert re.match(r"# .+\n\n.{80,}", title, re.DOTALL), "it begins with the meaning"
    assert [part.splitlines()[0] for part in parts] == SECTIONS
    assert all(len(part) > 60 for part in parts)
    assert "```" in "".join(parts), "it contains commands"


@every_page
def test_operators_commands_in_runbooks_are_valid(page: Path) -> None:
    parsers = {package: parser(package) for package in COMMANDS}
    for command in code(page):
        package = re.match(r"python -m (emulators|ops) ", command)
        if package:
            given = shlex.split(STANDS_FOR.sub("1", command))[3:]
            parsers[package[1]].parse_args(given)
            acted_on = {"pause", "resume", "fire", "--consumer"} & set(given)
            names = [given[given.index(one) + 1] for one in acted_on]
            assert all(name == "1" or name in FUNCTIONS for name in names), command


@every_page
def test_make_targets_and_modules_in_runbooks_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for command in code(page):
        for target in re.findall(r"^make ([a-z]+)", command):
            assert target in targets, command
        for module in re.findall(r"python -m ([\w.]+)", command):
            assert importlib.util.find_spec(module), command


@every_page
def test_repository_paths_in_runbooks_exist(page: Path) -> None:
    for piece in code(page):
        for path in re.findall(rf"\b(?:{FOLDERS})/[\w./-]+", piece):
            assert STANDS_FOR.search(path) or (ROOT / path).exists(), path


@every_page
def test_services_in_runbooks_exist(page: Path) -> None:
    services = {one.service for one in FUNCTIONS.values()}
    command = re.compile(
        r"gcloud (?:run services (?:update|describe)|scheduler jobs \w+) ([a-z][a-z-]+)"
        r'|service_name="([a-z-]+)"|--service=([a-z][a-z-]+)'
    )
    for piece in code(page):
        for found in command.findall(piece.replace("scheduler jobs list", "")):
            assert "".join(found) in services, piece
