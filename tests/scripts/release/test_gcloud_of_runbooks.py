"""gcloud knows every command and flag in the runbooks."""

import importlib.util
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.runbooks import FOLDER, code

GCLOUD = shutil.which("gcloud")
OF_THE_SERVICE = {"--region", "--min", "--max"}
EVERYWHERE = {"--format", "--project", "--quiet", "--impersonate-service-account"}

pytestmark = pytest.mark.skipif(not GCLOUD, reason="gcloud is not installed")


@pytest.fixture(scope="module")
def tree() -> dict[str, Any]:
    """Return gcloud's own completion tree: nested commands, each with its flags."""
    assert GCLOUD
    file = Path(GCLOUD).resolve().parents[1] / "data/cli/gcloud_completions.py"
    spec = importlib.util.spec_from_file_location("gcloud_completions", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = module.STATIC_COMPLETION_CLI_TREE
    return found


def unknown(tree: dict[str, Any], line: str) -> set[str]:
    """Return the words and flags of a command line that gcloud does not know."""
    words = shlex.split(line)[1:]
    flags = {word.split("=")[0] for word in words if word.startswith("--")}
    node = tree
    for word in words:
        if not node["commands"] or word.startswith("-"):
            break
        if word not in node["commands"]:
            return {word}
        node = node["commands"][word]
    if node["commands"]:
        return set(words)
    positive = {re.sub(r"^--no-", "--", flag) for flag in flags}
    return positive - set(node["flags"]) - EVERYWHERE


def flags_without_effect(line: str) -> set[str]:
    """Return flags that create a revision; it gets no requests, since traffic is pinned by name."""
    words = shlex.split(line)
    if not {"run", "services", "update"} <= set(words):
        return set()
    flags = {word.split("=")[0] for word in words if word.startswith("--")}
    return flags - OF_THE_SERVICE - EVERYWHERE


def test_gcloud_knows_every_command_of_the_runbooks(tree: dict[str, Any]) -> None:
    lines = {
        line
        for page in FOLDER.glob("*.md")
        for line in code(page)
        if line.startswith("gcloud ") and len(line.split()) > 3
    }
    assert len(lines) > 30
    assert {line: found for line in lines if (found := flags_without_effect(line))} == {}
    assert {line: found for line in lines if (found := unknown(tree, line))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "gcloud run service list",
        "gcloud run services update catalog --instances=5",
        "gcloud compute security-policies rules",
    ],
)
def test_an_unknown_command_is_found(tree: dict[str, Any], line: str) -> None:
    assert unknown(tree, line)


@pytest.mark.parametrize("flag", ["--max-instances=5", "--min-instances=1", "--memory=1Gi"])
def test_a_flag_that_creates_a_revision_is_found(flag: str) -> None:
    assert flags_without_effect(f"gcloud run services update catalog --region=r {flag}")
    assert not flags_without_effect("gcloud beta run services update catalog --region=r --max=5")
