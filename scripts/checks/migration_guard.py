"""Rejects migrations that lock a table or break the running revision.

Two revisions receive traffic during a rollout, so a migration may only expand the schema.
Migrations may add tables, optional columns and indexes built online, and may widen types. Columns
and tables are dropped one release later, in a step below a comment that names the release in which
they became unused:

    # contract: since 0.4.0 nothing reads games.subtitle

The comment's claim is checked against the last release's code, or against the commit given by
`--released COMMIT`.
"""

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from scripts.checks import last_release
from shared.schema.all_tables import metadata

VERSIONS = Path(__file__).parents[2] / last_release.VERSIONS
EXPANDING = {"create_table", "add_column", "change_column", "add_index", "insert_missing"}
CONTRACTING = {"drop_table": 1, "drop_column": 2, "drop_index": 2}
"""The steps that drop a table, column or index, with the number of their arguments."""
CONTRACT = re.compile(r"# contract: since [0-9]+\.[0-9]+\.[0-9]+ nothing \w+ ([\w.]+)")
NEW_TABLE = re.compile(r"\s*CREATE TABLE IF NOT EXISTS ", re.IGNORECASE)
REFUSED = {
    "drop_table": "drops a table that the running revision reads; use steps.drop_table",
    "drop_column": "drops a column that the running revision reads; use steps.drop_column",
    "drop_constraint": "drops a constraint that the running revision relies on",
    "drop_index": "drops an index that queries rely on; use steps.drop_index",
    "rename_table": "renames a table that the running revision uses; add a new table",
    "alter_column": "changes or renames a column that the running revision uses;"
    " use steps.change_column, or add a new column",
    "create_index": "may lock the table; steps.add_index builds it online",
    "create_unique_constraint": "rejects rows that the running revision writes",
    "create_foreign_key": "rejects rows that the running revision writes",
    "create_check_constraint": "rejects rows that the running revision writes",
    "batch_alter_table": "copies the table",
    "execute": "is unchecked SQL; use a step",
}
DYNAMIC = "has an argument that is not a literal string and cannot be checked"
NOT_ADDITIVE = re.compile(
    r"\b(AUTO_INCREMENT|UNIQUE|PRIMARY|REFERENCES|CHECK|GENERATED)\b", re.IGNORECASE
)
SMALL = re.compile(r"\b(none|tens|hundreds|near empty)\b")
LARGE = re.compile(r"\b(thousand|thousands|million|millions)\b")
DECLARED_GONE = "shared/schema/all_tables.py"
"""A file that names unused columns and tables, so its mentions are ignored."""

# Families of types, each ordered from its smallest to its largest type.
LADDERS = (
    ("TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT"),
    ("TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT"),
    ("TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"),
)
SIZED = ("VARCHAR", "VARBINARY", "DATETIME")
SAME = {"INTEGER": "INT", "BOOL": "TINYINT", "BOOLEAN": "TINYINT"}
_DEFINITION = re.compile(r"\s*(\w+)(?:\((\d+)\))?\s*(.*)", re.DOTALL)
_NOT_NULL = re.compile(r"\bNOT NULL\b")
_NULL = re.compile(r"\b(NOT )?NULL\b")

Code = Mapping[str, str]


class Call(NamedTuple):
    """A call in a migration; arguments that are not literals are stored as None."""

    owner: str
    name: str
    line: int
    values: list[object]
    options: dict[str, object]


def findings(source: str, code: Code | None = None) -> Iterator[str]:
    """Yield the problems of one migration, each with its line number.

    code: the running release's files by path; None before the first release.
    """
    tree = ast.parse(source)
    lines = source.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _checked_import(node)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        call = _read(node.func, node)
        complaint = _complaint(call, lines, code)
        if complaint:
            yield f"line {call.line}: {call.owner}.{call.name} {complaint}"


def _read(function: ast.Attribute, node: ast.Call) -> Call:
    def literal(one: ast.expr) -> object:
        return one.value if isinstance(one, ast.Constant) else None

    options = {one.arg or "": literal(one.value) for one in node.keywords}
    values = [literal(one) for one in node.args]
    return Call(ast.unparse(function.value), function.attr, node.lineno, values, options)


def _checked_import(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    names = tuple(alias.asname or alias.name for alias in node.names)
    if (module, names) not in (("alembic", ("op",)), ("shared.schema.migrations", ("steps",))):
        yield (
            f"line {node.lineno}: imports {module}; a migration may import only alembic's op and"
            " shared.schema.migrations.steps, so that it never changes"
        )


def _complaint(call: Call, lines: list[str], code: Code | None) -> str | None:
    if call.owner == "op":
        return REFUSED.get(call.name, "is not known to be safe; use a step")
    if call.owner != "steps":
        return None
    if call.name in CONTRACTING:
        return _contraction(call, lines, code)
    if call.name not in EXPANDING:
        return "is not a step"
    look = {"add_column": _column, "change_column": _change, "create_table": _table}
    return look[call.name](call) if call.name in look else None


def _table(call: Call) -> str | None:
    values = call.values
    if len(values) != 1 or not isinstance(values[0], str):
        return DYNAMIC
    if not NEW_TABLE.match(values[0]):
        return "must be CREATE TABLE IF NOT EXISTS, so that it can run again"
    return None


def _column(call: Call) -> str | None:
    definition = call.values[2] if len(call.values) == 3 else None  # noqa: PLR2004 - table, column, it
    if not isinstance(definition, str):
        return DYNAMIC
    if "NOT NULL" in definition.upper() and "DEFAULT" not in definition.upper():
        return "is NOT NULL without DEFAULT: inserts of the running revision would fail"
    if NOT_ADDITIVE.search(definition):
        return "adds a constraint or a key to an existing table"
    return None


def _change(call: Call) -> str | None:
    words = [one for one in call.values if isinstance(one, str)]
    if len(words) != 4 or len(call.values) != 4:  # noqa: PLR2004 - table, column, before, after
        return DYNAMIC
    table, column, before, after = words
    why = _objection(before, after)
    if why:
        return f"is not allowed: {table}.{column} {why}; add a new column"
    if call.options.get("copy", False) is not False and is_big(table):
        return (
            f"copies {table} while it is locked, which takes too long for a table of its size:"
            " change it in place, or add a new column"
        )
    return None


def _objection(before: str, after: str) -> str | None:
    """Return why the type `after` cannot hold every value of `before`, or None if it can."""
    old_type, old_size, old_rest = _parts(before)
    new_type, new_size, new_rest = _parts(after)
    if _NOT_NULL.search(new_rest) and not _NOT_NULL.search(old_rest):
        return "becomes NOT NULL, but the running revision may write NULL"
    if _options(old_rest) != _options(new_rest):
        return "changes more than the size of the type"
    if old_type == new_type and (old_type in SIZED or old_size == new_size):
        return "is narrowed" if new_size < old_size else None
    for ladder in LADDERS:
        if old_type in ladder and new_type in ladder:
            return "is narrowed" if ladder.index(new_type) < ladder.index(old_type) else None
    return "becomes another type"


def _parts(definition: str) -> tuple[str, int, str]:
    found = _DEFINITION.fullmatch(definition.upper())
    if not found:
        return definition, 0, ""
    name, size, rest = found.groups()
    return SAME.get(name, name), int(size or 0), rest


def _options(rest: str) -> set[str]:
    return set(_NULL.sub("", rest).split())


def is_big(table: str) -> bool:
    """Return whether a table's declared growth makes it too large to copy during a release."""
    growth = metadata.tables[table].info["growth"] if table in metadata.tables else ""
    return not SMALL.search(growth) or bool(LARGE.search(growth))


def _contraction(call: Call, lines: list[str], code: Code | None) -> str | None:
    words = [one for one in call.values if isinstance(one, str)]
    if len(words) != len(call.values) or len(words) != CONTRACTING[call.name]:
        return DYNAMIC
    gone = ".".join(words)
    comment = CONTRACT.fullmatch(lines[call.line - 2].strip()) if call.line > 1 else None
    if not comment or comment[1] != gone:
        return f"needs `# contract: since <release> nothing reads {gone}` in the line above"
    sought = words[1:] if call.name == "drop_index" else words
    users = _users(code or {}, sought)
    if users:
        return f"drops what the running release still names, in {', '.join(users)}"
    return None


def _users(code: Code, words: Sequence[str]) -> list[str]:
    """Return the files that mention all of these words."""
    patterns = [re.compile(rf"\b{re.escape(one)}\b") for one in words]
    return [
        name
        for name, text in code.items()
        if name != DECLARED_GONE and all(one.search(text) for one in patterns)
    ]


def check(files: Iterable[Path], code: Code | None = None, ran: Collection[str] = ()) -> list[str]:
    """Return every problem in the given migrations, each with its file name.

    ran: migrations of the running release; names dropped by these migrations may be reused.
    """
    return [
        f"{file.name}: {finding}"
        for file in files
        for finding in findings(
            file.read_text(encoding="utf-8"), None if file.name in ran else code
        )
    ]


def main() -> None:
    """Check every migration against the running release."""
    parser = argparse.ArgumentParser(description="Check that migrations are safe in a rollout.")
    parser.add_argument(
        "--released", metavar="COMMIT", help="the running release (default: the last tag)"
    )
    commit = parser.parse_args().released or last_release.tag()
    try:
        code = last_release.files(commit, "shared", "functions", "triggers") if commit else None
    except subprocess.CalledProcessError:
        sys.exit(f"{commit} is not in this clone: run `git fetch --unshallow --tags`.")
    ran = (
        [Path(one).name for one in last_release.listed(commit, last_release.VERSIONS)]
        if commit
        else []
    )
    found = check(sorted(VERSIONS.glob("*.py")), code, ran)
    if found:
        sys.exit("\n".join(found))
    print(f"compared with {commit}" if commit else "nothing to compare with: no release yet")


if __name__ == "__main__":
    main()
