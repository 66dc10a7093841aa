"""Finds the modules of `shared` that a file imports, without running its source."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PACKAGE = "shared"


@cache
def graph() -> grimp.ImportGraph:
    """Return the import graph of `shared`, with third-party packages as leaves."""
    return grimp.build_graph(
        PACKAGE,
        include_external_packages=True,
        exclude_type_checking_imports=True,  # these imports never run
        cache_dir=None,
    )


def closure(source: Path) -> set[str]:
    """Return every module of `shared` that is loaded when the file `source` is imported."""
    modules = graph().modules
    seen: set[str] = set()
    waiting = [name for name in imported(source) if name in modules]
    while waiting:
        name = waiting.pop()
        if name in seen or name.split(".")[0] != PACKAGE:
            continue
        seen.add(name)
        parent = name.rpartition(".")[0]
        waiting += [*graph().find_modules_directly_imported_by(name), *([parent] if parent else [])]
    return seen


def outside(modules: Iterable[str]) -> set[str]:
    """Return the third-party packages that these modules import directly."""
    found = (graph().find_modules_directly_imported_by(name) for name in modules)
    return {name for names in found for name in names if name.split(".")[0] != PACKAGE}


def imported(source: Path) -> Iterator[str]:
    """Yield each module that a file imports; `from a import b` yields both `a` and `a.b`."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), str(source))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_of(module: str) -> Path:
    """Return the source file of a module of `shared`."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
