"""There are no import cycles, not even through imports inside functions."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from scripts.bundling.imports import ROOT

FOLDERS = ("shared", "functions", "triggers", "emulators", "ops", "scripts", "tests")


def modules(root: Path) -> dict[str, Path]:
    """Return the file of each module."""
    files = (file for folder in FOLDERS for file in (root / folder).rglob("*.py"))
    return {_name(file.relative_to(root)): file for file in files}


def _name(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def imported(file: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Yield each module that a file imports; a package only if a name it defines is imported."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known else node.module


def cycles(root: Path) -> list[list[str]]:
    """Return each group of modules that import each other: the strongly connected components."""
    known = modules(root)
    graph = {name: set(imported(file, known)) - {name} for name, file in known.items()}
    reached = {name: reachable(graph, name) for name in graph}
    groups = {
        frozenset(other for other in reached[name] if name in reached.get(other, ()))
        for name in graph
        if name in reached[name]
    }
    return sorted(sorted(group) for group in groups)


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return every module that `start` imports, directly or indirectly."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def test_there_are_no_import_cycles() -> None:
    assert cycles(ROOT) == []


@pytest.mark.parametrize(
    "code",
    [
        "from shared import a",
        "import shared.a",
        "from shared.a import A",
        "def f():\n    from shared.a import A",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shared.a import A",
    ],
)
def test_a_cycle_is_found(code: str, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/__init__.py").write_text("from shared.a import A\n")
    (tmp_path / "shared/a.py").write_text("from shared.b import B\n")
    (tmp_path / "shared/b.py").write_text(code)
    assert cycles(tmp_path) == [["shared.a", "shared.b"]]


def test_a_submodule_does_not_import_its_package(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/__init__.py").write_text("from shared.a import A\n")
    (tmp_path / "shared/a.py").write_text("from shared import b\n")
    (tmp_path / "shared/b.py").write_text("")
    assert cycles(tmp_path) == []
    (tmp_path / "shared/b.py").write_text("from shared import A\n")
    assert cycles(tmp_path) == [["shared", "shared.a", "shared.b"]]
