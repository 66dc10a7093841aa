"""Refuses migrations that lock a table or break the revision that is still running.

Both revisions serve while a rollout goes on, so a migration may only expand: new tables, columns
that older code need not know, wider types, indexes built while others write. What is dropped goes
one release later, in a step below a line that says since when nothing uses it:

    # contract: since 0.4.0 nothing reads games.subtitle

The code of the last release is looked at, and the line must be true of it. `--released COMMIT`
names another one: that which runs in an environment.
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
from scripts.checks.column_types import objection
from shared.schema.all_tables import metadata

VERSIONS = Path(__file__).parents[2] / last_release.VERSIONS
EXPANDING = {"create_table", "add_column", "change_column", "add_index", "insert_missing"}
CONTRACTING = {"drop_table": 1, "drop_column": 2, "drop_index": 2}
"""The steps that take something away, with the number of their arguments."""
CONTRACT = re.compile(r"# contract: since [0-9]+\.[0-9]+\.[0-9]+ nothing \w+ ([\w.]+)")
NEW_TABLE = re.compile(r"\s*CREATE TABLE IF NOT EXISTS ", re.IGNORECASE)
REFUSED = {
    "drop_table": "drops a table that the running revision reads; use steps.drop_table",
    "drop_column": "drops a column that the running revision reads; use steps.drop_column",
    "drop_constraint": "drops a constraint that the running revision relies on",
    "drop_index": "drops an index that queries rely on; use steps.drop_index",
    "rename_table": "renames a table under the running revision; make another one",
    "alter_column": "changes or renames a column under the running revision;"
    " use steps.change_column, or add another column",
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
SMALL = re.compile(r"\b(none|tens|hundreds|near empty)\b")
LARGE = re.compile(r"\b(thousand|thousands|million|millions)\b")
DECLARED_GONE = "shared/schema/all_tables.py"
"""Where a release says what it leaves behind, without using it."""

Code = Mapping[str, str]


class Call(NamedTuple):
    """A call in a migration, with what its arguments say where they are literals."""

    owner: str
    name: str
    line: int
    values: list[object]
    options: dict[str, object]


def findings(source: str, code: Code | None = None) -> Iterator[str]:
    """Yield what is wrong with one migration, each with its line.

    code: the files of the release that runs, by path; None before the first release.
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
            f"line {node.lineno}: imports {module}; a migration holds its own text and uses only"
            " alembic's op and shared.schema.migrations.steps, so that it never changes"
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
        return "is NOT NULL without DEFAULT: the running revision's inserts would fail"
    if NOT_ADDITIVE.search(definition):
        return "adds a constraint or a key to an existing table"
    return None


def _change(call: Call) -> str | None:
    words = [one for one in call.values if isinstance(one, str)]
    if len(words) != 4 or len(call.values) != 4:  # noqa: PLR2004 - table, column, before, after
        return DYNAMIC
    table, column, before, after = words
    why = objection(before, after)
    if why:
        return f"is refused: {table}.{column} {why}; add another column"
    if call.options.get("copy", False) is not False and is_big(table):
        return (
            f"copies {table} while nobody can write to it, which is too long for a table that"
            " grows like it: change it in place, or add another column"
        )
    return None


def is_big(table: str) -> bool:
    """Tell from its declared growth whether a table is too large to be copied during a release."""
    growth = metadata.tables[table].info["growth"] if table in metadata.tables else ""
    return not SMALL.search(growth) or bool(LARGE.search(growth))


def _contraction(call: Call, lines: list[str], code: Code | None) -> str | None:
    words = [one for one in call.values if isinstance(one, str)]
    if len(words) != len(call.values) or len(words) != CONTRACTING[call.name]:
        return DYNAMIC
    gone = ".".join(words)
    said = CONTRACT.fullmatch(lines[call.line - 2].strip()) if call.line > 1 else None
    if not said or said[1] != gone:
        return f"needs `# contract: since <release> nothing reads {gone}` in the line above"
    sought = words[1:] if call.name == "drop_index" else words
    users = _users(code or {}, sought)
    if users:
        return f"takes away what the release that runs still names, in {', '.join(users)}"
    return None


def _users(code: Code, words: Sequence[str]) -> list[str]:
    """Return the files that name all of these words."""
    patterns = [re.compile(rf"\b{re.escape(one)}\b") for one in words]
    return [
        name
        for name, text in code.items()
        if name != DECLARED_GONE and all(one.search(text) for one in patterns)
    ]


def check(files: Iterable[Path], code: Code | None = None, ran: Collection[str] = ()) -> list[str]:
    """Return every finding in the given migrations, with the file's name.

    ran: the files that the release has run itself; a name that they took away may be used again.
    """
    return [
        f"{file.name}: {finding}"
        for file in files
        for finding in findings(
            file.read_text(encoding="utf-8"), None if file.name in ran else code
        )
    ]


def main() -> None:
    """Check every migration against the release that runs."""
    parser = argparse.ArgumentParser(description="Check that migrations hurt nobody.")
    parser.add_argument("--released", metavar="COMMIT", help="what runs; else the last tag")
    commit = parser.parse_args().released or last_release.tag()
    try:
        code = last_release.files(commit, "shared", "functions", "triggers") if commit else None
    except subprocess.CalledProcessError:
        sys.exit(f"This clone does not have {commit}: `git fetch --unshallow --tags` brings it.")
    ran = (
        [Path(one).name for one in last_release.listed(commit, last_release.VERSIONS)]
        if commit
        else []
    )
    found = check(sorted(VERSIONS.glob("*.py")), code, ran)
    if found:
        sys.exit("\n".join(found))
    print(f"compared with {commit or 'nothing: there is no release yet'}")


if __name__ == "__main__":
    main()
