"""A package's docstring lists what others import from it, and they import nothing else.

The docstring ends with a paragraph `Other packages import: module.name, …`. "Other" is everything
outside the package's own folder: other packages, entry files, the local cloud and `ops`.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bundling.imports import ROOT

PARAGRAPH = re.compile(r"Other packages import: ([^\n](?:.|\n(?!\n))*)")
USERS = ("shared/domain", "functions", "triggers", "emulators", "ops")


def packages(root: Path) -> list[str]:
    """Return every package of the domain by its dotted name."""
    files = sorted((root / "shared/domain").rglob("__init__.py"))
    return [".".join(file.parent.relative_to(root).parts) for file in files][1:]


def public(root: Path, package: str) -> set[str]:
    """Return the `module.name`s that a package's docstring lets others import."""
    source = (root.joinpath(*package.split(".")) / "__init__.py").read_text(encoding="utf-8")
    found = PARAGRAPH.search(ast.get_docstring(ast.parse(source)) or "")
    return set(re.findall(r"[\w.]+\w", found[1])) if found else set()


def used(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each use from outside of a package: the user's file, the package, and `module.name`."""
    known = packages(root)
    for folder in USERS:
        for file in sorted((root / folder).rglob("*.py")):
            if "node_modules" not in file.parts:
                where = file.relative_to(root)
                mine = ".".join(where.parent.parts)
                for package, name in _names(file, known):
                    if not f"{mine}.".startswith(f"{package}."):
                        yield where.as_posix(), package, name


def _names(file: Path, known: list[str]) -> Iterator[tuple[str, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    modules: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                (package, f"{module} (import it with `from`)")
                for package, _, module in (one.name.rpartition(".") for one in node.names)
                if package in known
            )
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= _modules(node, known)
            package, _, module = node.module.rpartition(".")
            if package in known and node.module not in known:
                yield from ((package, f"{module}.{one.name}") for one in node.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            package, module = modules.get(node.value.id, ("", ""))
            if package:
                yield package, f"{module}.{node.attr}"


def _modules(node: ast.ImportFrom, known: list[str]) -> dict[str, tuple[str, str]]:
    """Return the modules of packages that a `from package import module` binds, by local name."""
    return {
        one.asname or one.name: (str(node.module), one.name)
        for one in node.names
        if node.module in known and f"{node.module}.{one.name}" not in known
    }


def trespasses(root: Path) -> list[str]:
    surfaces = {package: public(root, package) for package in packages(root)}
    return sorted(
        {
            f"{file} uses {package}.{name}, which its package does not offer"
            for file, package, name in used(root)
            if name not in surfaces[package]
        }
    )


def test_only_what_a_package_offers_is_used_from_outside() -> None:
    assert trespasses(ROOT) == []


def test_a_package_offers_nothing_that_nobody_uses() -> None:
    uses = defaultdict(set)
    for _, package, name in used(ROOT):
        uses[package].add(name)
    unused = {package: public(ROOT, package) - uses[package] for package in packages(ROOT)}
    assert {package: names for package, names in unused.items() if names} == {}


@pytest.mark.parametrize("package", packages(ROOT))
def test_a_package_draws_all_of_its_modules(package: str) -> None:
    folder = ROOT.joinpath(*package.split("."))
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    drawn = re.findall(r"^(\w+)/? {2,}\S", docstring, re.MULTILINE)
    modules = {file.stem for file in folder.glob("[a-z]*.py")}
    folders = {one.parent.name for one in folder.glob("*/__init__.py")}
    assert sorted(drawn) == sorted(modules | folders)


@pytest.mark.parametrize(
    "code",
    [
        "from shared.domain.play.roll_up import plays_by_game\n",
        "import shared.domain.play.roll_up as it\nit.plays_by_game([])\n",
        "from shared.domain.play import roll_up\nroll_up.plays_by_game([])\n",
        "def f():\n    from shared.domain.play import roll_up as it\n    it.plays_by_game([])\n",
    ],
)
def test_what_a_package_does_not_offer_is_found(code: str, tmp_path: Path) -> None:
    package = tmp_path / "shared/domain/play"
    package.mkdir(parents=True)
    (tmp_path / "shared/domain/__init__.py").write_text("")
    (package / "__init__.py").write_text('"""Play.\n\nOther packages import: roll_up.record.\n"""')
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops/one.py").write_text(code)
    (said,) = trespasses(tmp_path)
    assert said.startswith("ops/one.py uses shared.domain.play.roll_up")
