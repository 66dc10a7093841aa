"""A bundle contains what its function imports and requires, and is reproducible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bundling import bundle, imports
from scripts.bundling.requirements import extras, locked, requirements
from shared.runtime import manifest

FUNCTIONS = manifest.discover([imports.ROOT])


def hashes(root: Path, into: Path, **environment: str) -> dict[str, str]:
    """Stage every function of a checkout in a separate process; return the hashes."""
    subprocess.run(
        [sys.executable, "-m", "scripts.bundling.bundle", "--into", into],
        cwd=root,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return {file.stem: file.read_text().strip() for file in into.glob("*.sha256")}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources of all bundles."""
    root = tmp_path / "checkout"
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in ("shared", "functions", "triggers", "scripts"):
        shutil.copytree(imports.ROOT / folder, root / folder, ignore=ignore)
    for file in ("pyproject.toml", "requirements.lock"):
        shutil.copy(imports.ROOT / file, root / file)
    return root


def test_the_same_sources_give_the_same_hashes(checkout: Path, tmp_path: Path) -> None:
    first = hashes(imports.ROOT, tmp_path / "first", PYTHONHASHSEED="1")
    second = hashes(checkout, tmp_path / "second", PYTHONHASHSEED="2")
    assert set(first) == set(FUNCTIONS)
    assert second == first


def test_a_change_changes_only_the_bundles_that_import_it(checkout: Path, tmp_path: Path) -> None:
    before = hashes(checkout, tmp_path / "before")
    with (checkout / "shared/domain/catalog/reading.py").open("a") as file:
        file.write("# changed\n")
    after = hashes(checkout, tmp_path / "after")
    changed = {name for name in before if before[name] != after[name]}
    users = {
        name
        for name, one in FUNCTIONS.items()
        if "shared.domain.catalog.reading" in imports.closure(one.source)
    }
    assert changed == users
    assert {"catalog"} <= changed < set(FUNCTIONS)


def test_a_change_to_common_code_changes_every_bundle(checkout: Path, tmp_path: Path) -> None:
    before = hashes(checkout, tmp_path / "before")
    with (checkout / "shared/runtime/errors.py").open("a") as file:
        file.write("# changed\n")
    after = hashes(checkout, tmp_path / "after")
    assert all(before[name] != after[name] for name in before)


def test_a_bundle_contains_only_imported_modules(tmp_path: Path) -> None:
    bundle.stage([FUNCTIONS["catalog"]], tmp_path)
    files = {path.relative_to(tmp_path / "catalog") for path in (tmp_path / "catalog").rglob("*.*")}
    assert {Path("main.py"), Path("manifest.json"), Path("requirements.txt")} <= files
    assert Path("shared/domain/catalog/reading.py") in files
    assert Path("shared/domain/play/playtime.py") not in files
    assert Path("shared/runtime/messages.py") not in files
    assert not [file for file in files if "migrations" in file.parts]


def test_file_times_are_fixed(tmp_path: Path) -> None:
    bundle.stage([FUNCTIONS["catalog"]], tmp_path)
    times = {path.stat().st_mtime for path in (tmp_path / "catalog").rglob("*") if path.is_file()}
    assert times == {bundle.FILE_TIME}


def test_staging_again_replaces_the_previous_files(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/stale.py").write_text("")
    bundle.stage([FUNCTIONS["catalog"]], tmp_path)
    assert not (tmp_path / "catalog/stale.py").exists()


def test_requirements_are_pinned_and_hashed_and_depend_on_the_stores() -> None:
    base, sql = requirements([]), requirements(["sql"])
    assert all("--hash=sha256:" in entry for entry in locked().values())
    assert "functions-framework==" in base
    assert "pymysql==" not in base
    assert "pymysql==" in sql
    assert "botocore==" not in sql
    assert all(f"\n{name}==" in requirements(["objects"]) for name in ("botocore", "urllib3"))
    assert "boto3==" not in requirements(["objects"])
    assert "google-cloud-firestore==" not in sql
    assert "pytest==" not in requirements(["sql", "documents", "messages"])


def test_a_function_that_only_reads_public_objects_has_no_signer() -> None:
    signing = {name for name, one in FUNCTIONS.items() if "objects" in extras(one)}
    assert signing.isdisjoint({"catalog", "detection", "tools"})
    assert {"creator", "downloads", "build_detection_lists"} <= signing


def test_an_unknown_name_is_refused_in_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bundling.bundle", "nothing"],
        cwd=imports.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no function is named nothing" in done.stderr
