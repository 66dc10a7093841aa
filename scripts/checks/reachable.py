"""Finds the symbols in `shared`, such as functions and tables, that an entry file can reach.

The source is parsed but not run. Importing a module makes only its import-time statements
reachable. A function is reachable if reachable code references it. Names computed at run time
(`getattr`, a table from a dictionary) are not detected.
"""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from scripts.bundling import imports

# Code that mentions a registry does not reach all of its entries.
REGISTRIES = {"shared.schema.base.metadata", "shared.schema.collections.COLLECTIONS"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Symbol:
    """A top-level name in a module of `shared`."""

    module: str
    name: str

    def value(self) -> Any:
        """Import the symbol's module and return the symbol's value."""
        return getattr(importlib.import_module(self.module), self.name)

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


# The target of a name: a symbol of `shared`, a module's name, or a third-party name.
Target = Symbol | str


@dataclass
class Reach:
    """The symbols and calls that an entry file can reach.

    calls: pairs of the called name and its arguments.
    """

    symbols: set[Symbol] = field(default_factory=set)
    calls: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def values(self, kind: type) -> dict[str, Any]:
        """Return the reached symbols that are instances of `kind`, by full name."""
        found = {str(symbol): symbol.value() for symbol in self.symbols}
        return {name: value for name, value in found.items() if isinstance(value, kind)}


@dataclass
class Module:
    """A parsed file, with its top-level names and the statements that run at import."""

    name: str
    bound: dict[str, list[ast.AST]] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    executed: list[ast.stmt] = field(default_factory=list)

    def find(self, name: str) -> Target | None:
        """Return the symbol or module that a top-level name refers to."""
        if name in self.bound:
            return Symbol(self.name, name)
        return _meaning(self.imported[name]) if name in self.imported else None


def parse(name: str, source: Path) -> Module:
    """Parse a file and classify its top-level statements."""
    module = Module(name)
    tree = ast.parse(source.read_text(encoding="utf-8"), str(source))
    for statement in tree.body:
        bindings = list(_bindings(statement))
        for local, meaning in bindings:
            module.bound.setdefault(local, []).append(meaning)
        if not bindings and not isinstance(statement, ast.Import | ast.ImportFrom):
            module.executed.append(statement)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.split(".")[0]
                module.imported[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return module


def _bindings(statement: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that a statement binds, each with the node that defines it."""
    if isinstance(statement, DEFINITIONS):
        yield statement.name, statement
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            names = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
            value = statement.value
            parts = value.elts if isinstance(value, ast.Tuple) else []
            if len(names) == len(parts) and isinstance(target, ast.Tuple):
                yield from zip(names, parts, strict=True)
            else:
                yield from ((name, statement) for name in names)


@cache
def _shared(name: str) -> Module | None:
    return parse(name, imports.file_of(name)) if name in imports.graph().modules else None


def _meaning(dotted: str) -> Target | None:
    """Resolve an imported dotted name, following re-exports."""
    if dotted.split(".", maxsplit=1)[0] != imports.PACKAGE or _shared(dotted):
        return dotted
    owner, _, name = dotted.rpartition(".")
    module = _shared(owner)
    return module.find(name) if module else None


def resolve(node: ast.AST, module: Module) -> Target | None:
    """Return the target of an expression; for example, the table `games` for `play.games.c`."""
    if isinstance(node, ast.Name):
        return module.find(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = resolve(node.value, module)
    return _meaning(f"{owner}.{node.attr}") if isinstance(owner, str) else owner


def reached(source: Path) -> Reach:
    """Return everything that the entry file `source` can reach."""
    entry = parse("<entry>", source)
    found = Reach()
    waiting: list[tuple[Module, ast.AST]] = [(entry, node) for node in entry.executed]
    waiting += [(entry, node) for nodes in entry.bound.values() for node in nodes]
    for name in imports.closure(source):
        module = _shared(name)
        waiting += [(module, node) for node in module.executed] if module else []
    while waiting:
        module, statement = waiting.pop()
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                found.calls.add(_call(node, module))
            target = resolve(node, module)
            if isinstance(target, Symbol) and target.module != entry.name:
                waiting += _newly(target, found)
    return found


def _newly(symbol: Symbol, found: Reach) -> list[tuple[Module, ast.AST]]:
    module = _shared(symbol.module)
    if symbol in found.symbols or module is None:
        return []
    found.symbols.add(symbol)
    if str(symbol) in REGISTRIES:
        return []
    return [(module, node) for node in module.bound[symbol.name]]


def _call(node: ast.Call, module: Module) -> tuple[str, tuple[str, ...]]:
    """Return a call's name and arguments; `games.insert()` becomes `.insert(games)`."""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    names = tuple(_argument(one, module) for one in arguments)
    called = resolve(node.func, module)
    if isinstance(node.func, ast.Attribute):
        owner = resolve(node.func.value, module)
        if isinstance(owner, Symbol):
            return f".{node.func.attr}", (str(owner), *names)
    return str(called or ""), names


def _argument(node: ast.expr, module: Module) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return str(resolve(node, module) or "")
