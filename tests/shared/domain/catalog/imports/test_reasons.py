"""docs/catalog-import.md lists every reason for which an import rejects a record."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared.domain.catalog import facts
from shared.domain.catalog.imports import candidates, importing
from shared.domain.catalog.imports.importing import ImportReport
from shared.domain.catalog.imports.records import RawRecord

DOCS = (Path(__file__).parents[5] / "docs/catalog-import.md").read_text(encoding="utf-8")
RAISED = {"ValueError", "Ambiguous"}
ROW = re.compile(r"^\| (`.+`) \| .+ \|$", re.MULTILINE)
REASON = re.compile(r"``(.+?)``|`(.+?)`")
TITLE = {"title": "A game"}


def documented() -> set[str]:
    table = DOCS[DOCS.index("| reason | when |") : DOCS.index("## Which game")]
    return {a or b for row in ROW.findall(table) for a, b in REASON.findall(row)}


def text_of(node: ast.expr) -> str | None:
    """Return a string in the code, with … for each placeholder."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)
        return "".join(parts)
    return None


def reasons_of(module: ModuleType) -> Iterator[str]:
    """Yield the reasons that appear in this module's code."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(node, ast.Call):
            continue
        is_raised = isinstance(node.func, ast.Name) and node.func.id in RAISED
        is_reported = isinstance(node.func, ast.Attribute) and node.func.attr == "reject"
        text = text_of(node.args[-1]) if node.args and (is_raised or is_reported) else None
        if text is not None:
            yield text


def test_the_page_lists_exactly_the_reasons_in_the_code() -> None:
    modules = (facts, candidates, importing)
    own = {reason for module in modules for reason in reasons_of(module)}
    assert len(own) > 8
    validators = {"Invalid JSON: …", "Field required", "Input should be …"}
    validators |= {"String should …", "List should have at most …"}
    assert own | validators == documented()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"title": 7},
        {"title": ""},
        {"title": "x" * 301},
        {**TITLE, "aliases": ["x"] * 201},
        {**TITLE, "executables": [{"os": "windows", "name": "a.exe"}]},
        {**TITLE, "executables": [{"os": "win32", "name": "a.exe", "is_launcher": "perhaps"}]},
        {**TITLE, "stores": [{"store": "a store", "id": "1"}]},
        {**TITLE, "stores": [{"store": "x" * 21, "id": "1"}]},
        {**TITLE, "stores": "steam"},
        {**TITLE, "discord_ids": [1]},
        [],
        "a text",
        None,
    ],
)
def test_the_page_lists_the_validators_reasons(broken: Any) -> None:
    report = ImportReport()
    record = RawRecord(1, json.dumps(broken).encode())
    assert list(importing._parse([record], report)) == []
    (rejected,) = report.rejected
    message = rejected.reason.rsplit(": ", 1)[-1]
    prefixes = tuple(reason.removesuffix("…") for reason in documented())
    assert message.startswith(prefixes), rejected.reason
