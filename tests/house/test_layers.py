"""Which code may import which."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bundling import imports
from shared.runtime import manifest
from shared.runtime.manifest import Manifest

FOLDERS = ("shared", "functions", "triggers", "emulators", "ops", "scripts")
# Files in a folder must not import from these.
FORBIDDEN = {
    "shared": ("functions", "triggers", "emulators", "ops", "scripts", "tests"),
    "functions": ("functions", "triggers", "emulators", "ops", "scripts", "tests"),
    "triggers": ("functions", "triggers", "emulators", "ops", "scripts", "tests"),
    "emulators": ("functions", "triggers", "ops", "scripts", "tests"),
    "ops": ("functions", "triggers", "emulators", "scripts", "tests"),
    "scripts": ("functions", "triggers", "ops", "tests"),
}
# Here, operators' commands fall back to the local cloud.
ALLOWED = {"ops/local_cloud.py": "emulators"}


def violations(root: Path) -> Iterator[str]:
    for folder, forbidden in FORBIDDEN.items():
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            for name in imports.imported(file):
                top = name.split(".")[0]
                if top in forbidden and ALLOWED.get(path) != top:
                    yield f"{path} imports {name}"


def imports_of_tests(root: Path) -> Iterator[str]:
    """Yield each import of a test file; shared code belongs in a helper module."""
    for file in sorted((root / "tests").rglob("*.py")):
        for name in imports.imported(file):
            if name.startswith("tests.") and ".test_" in name:
                yield f"{file.relative_to(root)} imports {name}"


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with the project's contracts on the `shared` below `root`."""
    program, config = Path(sys.executable).parent / "lint-imports", imports.ROOT / "pyproject.toml"
    return subprocess.run(
        [program, "--no-cache", "--config", config],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_entry_files_are_not_imported_and_deployed_code_imports_no_tools() -> None:
    assert list(violations(imports.ROOT)) == []


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_importing_an_entry_file_is_found(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "one.py").write_text("from functions.catalog import main\n")
    assert f"{folder}/one.py imports functions.catalog" in list(violations(tmp_path))


def test_no_test_imports_another_test_file() -> None:
    assert list(imports_of_tests(imports.ROOT)) == []


def test_importing_a_test_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_one.py").write_text("from tests.a.test_two import helper\n")
    assert next(imports_of_tests(tmp_path)) == "tests/test_one.py imports tests.a.test_two"


def test_the_layers_hold() -> None:
    result = lint(imports.ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("lower", "upper"), [("runtime", "domain"), ("schema", "domain"), ("schema", "runtime")]
)
def test_an_import_against_the_layers_is_found(tmp_path: Path, lower: str, upper: str) -> None:
    for layer in ("domain", "runtime", "schema"):
        (tmp_path / "shared" / layer).mkdir(parents=True)
        (tmp_path / "shared" / layer / "__init__.py").write_text("")
    (tmp_path / "shared/__init__.py").write_text("")
    (tmp_path / "shared" / lower / "wrong.py").write_text(f"import shared.{upper}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert f"shared.{lower} is not allowed to import shared.{upper}" in result.stdout


def unused_modules(function: Manifest, bundled: set[str]) -> set[str]:
    """Return the runtime modules in a function's bundle that it never runs."""
    unused = ["shared.runtime.manifest"]
    if function.trigger.kind != "http":
        unused += ["shared.runtime.http", "shared.runtime.identity", "shared.runtime.idempotency"]
    if function.trigger.kind != "document":
        unused += ["shared.runtime.events.documents", "shared.runtime.events.firestore_event"]
    if function.trigger.kind != "pull":
        unused.append("shared.runtime.events.pull")
    return {name for name in bundled if any(f"{name}.".startswith(f"{one}.") for one in unused)}


def test_no_bundle_contains_unused_parts_of_the_runtime() -> None:
    found = {
        name: unused_modules(one, imports.closure(one.source))
        for name, one in manifest.discover([imports.ROOT]).items()
    }
    assert {name: unused for name, unused in found.items() if unused} == {}


def test_a_trigger_with_the_http_edge_is_found() -> None:
    functions = manifest.discover([imports.ROOT])
    bundled = imports.closure(functions["playtime"].source)
    found = unused_modules(functions["relay_outbox"], bundled)
    assert {"shared.runtime.http.api", "shared.runtime.identity"} <= found
    assert not unused_modules(functions["playtime"], bundled)


@pytest.mark.parametrize(
    ("lower", "upper"), [("catalog", "tools"), ("audit", "catalog"), ("play", "players")]
)
def test_a_capability_that_imports_from_a_layer_above_is_found(
    tmp_path: Path, lower: str, upper: str
) -> None:
    for package in ("", "runtime", "schema", "domain", f"domain/{lower}", f"domain/{upper}"):
        (tmp_path / "shared" / package).mkdir(parents=True, exist_ok=True)
        (tmp_path / "shared" / package / "__init__.py").write_text("")
    wrong = tmp_path / "shared/domain" / lower / "wrong.py"
    wrong.write_text(f"import shared.domain.{upper}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert f"shared.domain.{lower} is not allowed to import shared.domain.{upper}" in result.stdout


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_exists(folder: str) -> None:
    assert list((imports.ROOT / folder).rglob("*.py"))
