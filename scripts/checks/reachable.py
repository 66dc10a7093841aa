"""What an entry file can reach of `shared`: functions, tables, collections, messages.

Read from the source without running it, name by name: importing a module reaches only what its
loading executes; a function in it is reached once something that is reached mentions it. Names
made up at run time (`getattr`, a table out of a dictionary) are not seen.
"""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from scripts.bundling import imports

# Whoever mentions one of these means what it does with them, not each thing in them.
REGISTRIES = {"shared.schema.base.metadata", "shared.schema.collections.COLLECTIONS"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Symbol:
    """A name at the top of a module of `shared`."""

    module: str
    name: str

    def value(self) -> Any:
        """Return what the name stands for, by importing its module."""
        return getattr(importlib.import_module(self.module), self.name)

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


# What a name stands for: a symbol of `shared`, a module's name, or a name from outside.
Target = Symbol | str


@dataclass
class Reach:
    """Everything reached: symbols, and each call as the called name with its arguments."""

    symbols: set[Symbol] = field(default_factory=set)
    calls: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def values(self, kind: type) -> dict[str, Any]:
        """Return those reached symbols that stand for a `kind`, by their full names."""
        found = {str(symbol): symbol.value() for symbol in self.symbols}
        return {name: value for name, value in found.items() if isinstance(value, kind)}


@dataclass
class Module:
    """One parsed file: what its top-level names are bound to, and what loading it executes."""

    name: str
    bound: dict[str, list[ast.AST]] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    executed: list[ast.stmt] = field(default_factory=list)

    def find(self, name: str) -> Target | None:
        """Return what a name at the top of this module stands for."""
        if name in self.bound:
            return Symbol(self.name, name)
        return _meaning(self.imported[name]) if name in self.imported else None


def parse(name: str, source: Path) -> Module:
    """Sort the top-level statements of a file."""
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
    """Yield the names that a statement binds, each with the part that it stands for."""
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


def _is_shared(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] == imports.PACKAGE


def _meaning(dotted: str) -> Target | None:
    """Return what an imported dotted name stands for, following re-exports."""
    if not _is_shared(dotted) or _shared(dotted):
        return dotted
    owner, _, name = dotted.rpartition(".")
    module = _shared(owner)
    return module.find(name) if module else None


def resolve(node: ast.AST, module: Module) -> Target | None:
    """Return what an expression such as `play.games.c` stands for: here the table."""
    if isinstance(node, ast.Name):
        return module.find(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = resolve(node.value, module)
    return _meaning(f"{owner}.{node.attr}") if isinstance(owner, str) else owner


def reached(source: Path) -> Reach:
    """Return everything that the entry file `source` can reach; registries are not walked."""
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
    """Return a call's name and arguments; `games.insert()` reads as `insert(games)`."""
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
