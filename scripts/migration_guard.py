"""Refuses migrations that lock a table or break the revision that is still running.

Both revisions serve while a rollout goes on, so a migration may only expand: new tables, columns
that older code need not know, indexes built while others write. What contracts (drop, rename,
change) comes one release later, in a migration that says which release stopped using it:

    # contract: since 0.4.0 nothing reads games.subtitle
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

VERSIONS = Path(__file__).parent.parent / "shared/schema/migrations/versions"
ALLOWED = {"create_table", "add_column", "add_index", "insert_missing"}
CONTRACT = re.compile(r"# contract: since [0-9]+\.[0-9]+\.[0-9]+ \S.*")
NEW_TABLE = re.compile(r"\s*CREATE TABLE IF NOT EXISTS ", re.IGNORECASE)
BREAKS = {
    "drop_table": "drops a table that the running revision reads",
    "drop_column": "drops a column that the running revision reads",
    "drop_constraint": "drops a constraint that the running revision relies on",
    "drop_index": "drops an index that the running revision's queries rely on",
    "rename_table": "renames a table under the running revision",
    "alter_column": "changes or renames a column under the running revision",
    "create_index": "may lock the table; steps.add_index builds it while others write",
    "create_unique_constraint": "refuses rows that the running revision writes",
    "create_foreign_key": "refuses rows that the running revision writes",
    "create_check_constraint": "refuses rows that the running revision writes",
    "batch_alter_table": "copies the table",
    "execute": "is SQL that nobody checks; use a step",
}
DYNAMIC = "is not a literal string, so that it cannot be checked"
NOT_ADDITIVE = re.compile(
    r"\b(AUTO_INCREMENT|UNIQUE|PRIMARY|REFERENCES|CHECK|GENERATED)\b", re.IGNORECASE
)


def findings(source: str) -> Iterator[str]:
    """Yield what is wrong with one migration's source, each with its line."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _checked_import(node)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        complaint = _complaint(node.func, node.args)
        if complaint and not _released(lines, node.lineno):
            yield f"line {node.lineno}: {ast.unparse(node.func)} {complaint}"


def _checked_import(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    names = tuple(alias.asname or alias.name for alias in node.names)
    if (module, names) not in (("alembic", ("op",)), ("shared.schema.migrations", ("steps",))):
        yield (
            f"line {node.lineno}: imports {module}; a migration holds its own text and uses only"
            " alembic's op and shared.schema.migrations.steps, so that it never changes"
        )


def _complaint(called: ast.Attribute, arguments: list[ast.expr]) -> str | None:
    owner = ast.unparse(called.value)
    if owner == "op":
        return BREAKS.get(called.attr, "is not known to be safe; use a step")
    if owner != "steps":
        return None
    if called.attr not in ALLOWED:
        return "is not a step"
    literals = [one.value if isinstance(one, ast.Constant) else None for one in arguments]
    if called.attr == "add_column":
        return _column(literals)
    if called.attr == "create_table":
        return _table(literals)
    return None


def _table(literals: Sequence[object]) -> str | None:
    if len(literals) != 1 or not isinstance(literals[0], str):
        return DYNAMIC
    if not NEW_TABLE.match(literals[0]):
        return "must be CREATE TABLE IF NOT EXISTS, so that it can run again"
    return None


def _column(literals: Sequence[object]) -> str | None:
    definition = literals[2] if len(literals) == 3 else None  # noqa: PLR2004 - table, column, it
    if not isinstance(definition, str):
        return DYNAMIC
    if "NOT NULL" in definition.upper() and "DEFAULT" not in definition.upper():
        return "is NOT NULL without DEFAULT: the running revision's inserts would fail"
    if NOT_ADDITIVE.search(definition):
        return "adds a constraint or a key to an existing table"
    return None


def _released(lines: list[str], line: int) -> bool:
    """Tell whether the line above names the release after which contracting is safe."""
    return line > 1 and CONTRACT.fullmatch(lines[line - 2].strip()) is not None


def check(files: Iterable[Path]) -> list[str]:
    """Return every finding in the given migrations, with the file's name."""
    return [
        f"{file.name}: {finding}"
        for file in files
        for finding in findings(file.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    sys.exit("\n".join(check(sorted(VERSIONS.glob("*.py")))) or None)
