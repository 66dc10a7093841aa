"""No tracked file contains machine-specific text, and code stays short."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.bundling import imports

# Split, so that this file does not contain the text it looks for.
MACHINE = re.compile(r"(?<![\w.$}\"/-])/(ro" + "ot|wo" + "rk|o" + "pt|tm" + "p|ho" + r"me)/\w")
REGISTRY = re.compile("py" + r"pi\.org|pythonho" + "sted|npm" + r"js\.org|deb\.deb" + r"ian\.")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".yaml",
    ".yml",
    ".json",
    ".sh",
    ".tf",
    ".hcl",
    ".rules",
    "",
}
LONGEST_FUNCTION, LONGEST_FILE = 40, 600


def tracked() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=imports.ROOT, capture_output=True, text=True, check=True)
    files = [imports.ROOT / name for name in listed.stdout.splitlines()]
    return [file for file in files if file.suffix in TEXT and file.is_file()]


def strange(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE.search(line) or REGISTRY.search(line):
            yield f"line {number}: {line.strip()[:100]}"


def test_no_file_names_a_machines_path_or_a_package_registry() -> None:
    found = [
        f"{file.relative_to(imports.ROOT)} {line}"
        for file in tracked()
        for line in strange(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_path_and_a_registry_are_found() -> None:
    assert list(strange("cd /ro" + "ot/x")) != []
    assert list(strange("https://py" + "pi.org/simple")) != []
    assert list(strange("tests/tmp_path")) == []


def long(name: str, text: str) -> Iterator[str]:
    if len(text.splitlines()) > LONGEST_FILE:
        yield f"{name} has more than {LONGEST_FILE} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{name}: {node.name} has {length} lines, more than {LONGEST_FUNCTION}"


def test_files_and_functions_stay_short() -> None:
    # A migration is one list of tables and a test a list of cases, read from top to bottom.
    names = {
        str(file.relative_to(imports.ROOT)): file
        for file in tracked()
        if file.suffix == ".py" and not {"versions", "tests"} & set(file.parts)
    }
    found = [one for name, file in names.items() for one in long(name, file.read_text("utf-8"))]
    assert found == []


def test_long_files_and_functions_are_found() -> None:
    assert list(long("a.py", "pass\n" * 601)) == ["a.py has more than 600 lines"]
    assert len(list(long("a.py", "def f():\n" + "    pass\n" * 40))) == 1
    assert list(long("a.py", "def f():\n" + "    pass\n" * 39)) == []
