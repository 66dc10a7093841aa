"""One more folder adds that function's resources to the plan, and nothing else."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from scripts.bundling import bundle
from shared.runtime import manifest
from tests.terraform.conftest import Plan, Workspace

MAIN = """
from shared.runtime import http

api = http.Api()
main = api.entry_point(__file__)
"""
GREETINGS = """
description: Greets whoever asks.
trigger:
  http: {paths: [/v1/greetings], caller: public}
memory: 512Mi
cpu: 1
concurrency: 20
instances: {min: 0, max: 2}
timeout: 30
stores:
  sql: {pool: 2, tables: {games: r}}
  objects: {artifacts: r}
topics: [greetings-sent]
objectives: {availability: 0.99, p99_ms: 1000}
"""
COUNT_GREETINGS = """
description: Counts greetings.
trigger: {topic: greetings-sent}
memory: 512Mi
cpu: 1
concurrency: 4
instances: {min: 0, max: 2}
timeout: 60
stores:
  sql: {pool: 2, tables: {games: r}}
retry: {max_attempts: 100, min_backoff: 10, max_backoff: 600}
objectives: {availability: 0.99, p99_ms: 1000}
"""
# These list every function: the load balancer, the migrate job's grants, dashboards.
LISTS = {"google_compute_url_map", "google_cloud_run_v2_job", "google_monitoring_dashboard"}


@pytest.fixture(scope="module")
def larger(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    root = tmp_path_factory.mktemp("larger") / "copy"
    shutil.copytree(workspace.root, root, symlinks=True)
    for folder, text in (
        (root / "functions/greetings", GREETINGS),
        (root / "triggers/count_greetings", COUNT_GREETINGS),
    ):
        add(folder, text, root / "build")
    return Workspace(root, workspace.environment).plan()


def add(folder: Path, text: str, build: Path) -> None:
    folder.mkdir()
    (folder / "function.yaml").write_text(text)
    (folder / "main.py").write_text(MAIN)
    bundle.stage([manifest.load(folder)], build)


def values(plan: Plan) -> dict[str, Any]:
    # The archives are in another copy.
    return {
        address: {key: value for key, value in one["values"].items() if key != "source"}
        for address, one in plan.resources.items()
    }


def test_only_the_new_functions_resources_are_added(fresh: Plan, larger: Plan) -> None:
    before, after = values(fresh), values(larger)
    assert set(before) <= set(after)
    added = set(after) - set(before)
    strangers = [
        address
        for address in added
        if "greetings" not in address and "greetings" not in str(after[address])
    ]
    assert strangers == []
    kinds = {larger.resources[address]["type"] for address in added}
    assert kinds >= {
        "google_cloud_run_v2_service",
        "google_service_account",
        "google_sql_user",
        "google_pubsub_topic",
        "google_pubsub_subscription",
        "google_secret_manager_secret",
        "google_storage_bucket_object",
    }


def test_only_lists_of_functions_change(fresh: Plan, larger: Plan) -> None:
    before, after = values(fresh), values(larger)
    changed = {address for address in before if before[address] != after[address]}
    assert {fresh.resources[address]["type"] for address in changed} == LISTS
    for address in changed:
        assert "greetings" not in str(before[address])
        assert "greetings" in str(after[address])
