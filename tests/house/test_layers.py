"""Who may import whom."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bundling import imports
from shared.runtime import manifest
from shared.runtime.manifest import Manifest

FOLDERS = ("shared", "functions", "triggers", "emulators", "ops", "scripts")
# A folder's files import no file of these.
FORBIDDEN = {
    "shared": ("functions", "triggers", "emulators", "ops", "scripts", "tests"),
    "functions": ("functions", "triggers", "emulators", "ops", "scripts", "tests"),
    "triggers": ("functions", "triggers", "emulators", "ops", "scripts", "tests"),
    "emulators": ("functions", "triggers", "ops", "scripts", "tests"),
    "ops": ("functions", "triggers", "emulators", "scripts", "tests"),
    "scripts": ("functions", "triggers", "ops", "tests"),
}
# Where an operator's commands fall back to the local cloud.
ALLOWED = {"ops/local_cloud.py": "emulators"}


def trespasses(root: Path) -> Iterator[str]:
    for folder, forbidden in FORBIDDEN.items():
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            for name in imports.imported(file):
                top = name.split(".")[0]
                if top in forbidden and ALLOWED.get(path) != top:
                    yield f"{path} imports {name}"


def borrowed(root: Path) -> Iterator[str]:
    """Each import of a file of tests: what several files need belongs into a helper module."""
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


def test_nobody_imports_an_entry_file_and_nothing_deployed_imports_the_tools() -> None:
    assert list(trespasses(imports.ROOT)) == []


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_importing_an_entry_file_is_found(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "one.py").write_text("from functions.catalog import main\n")
    assert f"{folder}/one.py imports functions.catalog" in list(trespasses(tmp_path))


def test_no_test_imports_another_test_file() -> None:
    assert list(borrowed(imports.ROOT)) == []


def test_importing_a_test_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_one.py").write_text("from tests.a.test_two import helper\n")
    assert next(borrowed(tmp_path)) == "tests/test_one.py imports tests.a.test_two"


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


def never_run(function: Manifest, carried: set[str]) -> set[str]:
    """Return what a function's bundle carries of the runtime and never runs."""
    unused = ["shared.runtime.manifest"]
    if function.trigger.kind != "http":
        unused += ["shared.runtime.http", "shared.runtime.identity", "shared.runtime.idempotency"]
    if function.trigger.kind != "document":
        unused += ["shared.runtime.events.documents", "shared.runtime.events.firestore_event"]
    if function.trigger.kind != "pull":
        unused.append("shared.runtime.events.pull")
    return {name for name in carried if any(f"{name}.".startswith(f"{one}.") for one in unused)}


def test_no_bundle_carries_a_part_of_the_runtime_that_it_never_runs() -> None:
    found = {
        name: never_run(one, imports.closure(one.source))
        for name, one in manifest.discover([imports.ROOT]).items()
    }
    assert {name: unused for name, unused in found.items() if unused} == {}


def test_a_trigger_that_carries_the_http_edge_is_found() -> None:
    functions = manifest.discover([imports.ROOT])
    carried = imports.closure(functions["playtime"].source)
    found = never_run(functions["relay_outbox"], carried)
    assert {"shared.runtime.http.api", "shared.runtime.identity"} <= found
    assert not never_run(functions["playtime"], carried)


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
def test_every_folder_is_there(folder: str) -> None:
    assert list((imports.ROOT / folder).rglob("*.py"))
