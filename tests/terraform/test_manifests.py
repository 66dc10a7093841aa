"""Terraform reads the manifests like the runtime. Needs terraform, but no provider."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.bundling import imports
from shared.runtime import manifest

FOLDER = imports.ROOT / "terraform/modules/manifests"
FUNCTIONS = manifest.discover([imports.ROOT])
VARIABLES = (
    f"-var=root={imports.ROOT}",
    "-var=sql_max_connections=1800",
    "-var=sql_reserved_connections=20",
)

pytestmark = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terraform")
    terraform(folder, "init", "-input=false")
    return folder


def terraform(data: Path, *arguments: str) -> str:
    environment = {**os.environ, "TF_DATA_DIR": str(data), "TF_IN_AUTOMATION": "1"}
    command = ["terraform", f"-chdir={FOLDER}", *arguments, "-no-color"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def outputs(data: Path) -> dict[str, Any]:
    plan = data / "plan"
    terraform(data, "plan", "-input=false", f"-out={plan}", *VARIABLES)
    shown = json.loads(terraform(data, "show", "-json", str(plan)))
    return {name: one["value"] for name, one in shown["planned_values"]["outputs"].items()}


def test_terraform_code_is_formatted_and_valid(data: Path) -> None:
    terraform(data, "fmt", "-check", "-recursive")
    terraform(data, "validate")


def test_terraforms_own_tests_pass(data: Path) -> None:
    assert "0 failed" in terraform(data, "test")


def test_terraform_finds_the_same_functions(outputs: dict[str, Any]) -> None:
    seen = outputs["functions"]
    assert set(seen) == set(FUNCTIONS)
    for name, one in FUNCTIONS.items():
        assert seen[name]["kind"] == one.trigger.kind
        assert seen[name]["service"] == one.service
        assert seen[name]["instances"] == one.instances.model_dump()
        assert seen[name]["pool"] == (one.stores.sql.pool if one.stores.sql else 0)
        assert seen[name]["topics"] == one.topics
        assert seen[name]["topic"] == one.subscribed
        assert seen[name]["schedule"] == one.schedule
        assert seen[name]["retry"] == (one.retry.model_dump() if one.retry else None)


def test_terraform_counts_the_same_connections(outputs: dict[str, Any]) -> None:
    held = sum(
        2 * one.instances.max * one.stores.sql.pool for one in FUNCTIONS.values() if one.stores.sql
    )
    assert outputs["connections"]["needed"] == held + 20


def test_every_owned_path_has_a_rule(outputs: dict[str, Any]) -> None:
    assert outputs["path_rules"] == {
        path: one.service
        for one in FUNCTIONS.values()
        for path in (one.trigger.http.paths if one.trigger.http else ())
    }
