"""A copy of the files Terraform reads, with fake providers, and plans made in it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.checks import terraform_check


@dataclass(frozen=True)
class Workspace:
    """A copy of the repository in which Terraform is initialized."""

    root: Path
    environment: dict[str, str]

    def run(self, *words: str) -> str:
        return terraform_check.run(self.root / "terraform", self.environment, *words)

    def plan(self, *more: str) -> "Plan":
        """Plan an empty project."""
        file = self.root / "plan"
        words = ("-input=false", "-refresh=false", *terraform_check.FRESH, *more, f"-out={file}")
        self.run("plan", *words)
        return Plan(json.loads(self.run("show", "-json", str(file))))


@dataclass(frozen=True)
class Plan:
    """A plan as JSON."""

    shown: dict[str, Any]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The planned resources by address."""
        found = _resources(self.shown["planned_values"]["root_module"])
        return {one["address"]: one for one in found if one["mode"] == "managed"}

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the values of all resources of a type."""
        return [one["values"] for one in self.resources.values() if one["type"] == kind]


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    offline = terraform_check.offline()
    if not shutil.which("terraform") or offline is None:
        pytest.skip("there is no terraform, or no stand-ins of its providers: TERRAFORM_OFFLINE")
    root = tmp_path_factory.mktemp("terraform")
    terraform_check.copy(root)
    providers = terraform_check.providers(offline, tmp_path_factory.mktemp("providers"))
    made = Workspace(root, providers)
    made.run("init", "-input=false")
    return made


@pytest.fixture(scope="session")
def fresh(workspace: Workspace) -> Plan:
    return workspace.plan()
