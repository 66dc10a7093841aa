"""Rights, paths, topics and indexes of the released code are kept for one more release."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.terraform.conftest import Plan, Workspace

Change = Callable[[Path], None]
INDEXES = "shared/schema/firestore.indexes.json"
INDEX = {
    "collectionGroup": "stats",
    "queryScope": "COLLECTION",
    "fields": [
        {"fieldPath": "play_ms", "order": "DESCENDING"},
        {"fieldPath": "game_id", "order": "ASCENDING"},
    ],
}


def planned(workspace: Workspace, released: Path, change: Change) -> Plan:
    """Plan this tree on top of a released one that differs by a change."""
    for folder in ("functions", "triggers"):
        shutil.copytree(workspace.root / folder, released / folder)
    for file in (INDEXES, "docs/openapi.json"):
        (released / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(workspace.root / file, released / file)
    change(released)
    return workspace.plan(f"-var=released={released}")


def manifest(released: Path, name: str, **more: Any) -> None:
    file = released / name / "function.yaml"
    file.parent.mkdir(exist_ok=True)
    found = yaml.safe_load(file.read_text()) if file.exists() else {}
    file.write_text(yaml.safe_dump(found | more))


def change(released: Path) -> None:
    catalog = yaml.safe_load((released / "functions/catalog/function.yaml").read_text())
    stores = catalog["stores"] | {"objects": {"artifacts": "rw"}, "accounts": {}}
    stores["documents"] = {"collections": ["stats"]}
    paths = {"http": catalog["trigger"]["http"]}
    paths["http"]["paths"] = [*paths["http"]["paths"], "/v1/charts"]
    manifest(
        released,
        "functions/catalog",
        stores=stores,
        trigger=paths,
        topics=["games-looked-at"],
    )
    described = json.loads((released / INDEXES).read_text())
    (released / INDEXES).write_text(json.dumps(described | {"indexes": [INDEX]}))
    contract = json.loads((released / "docs/openapi.json").read_text())
    contract["paths"]["/v1/charts:refresh"] = {}
    (released / "docs/openapi.json").write_text(json.dumps(contract))


@pytest.fixture(scope="module")
def changed_plan(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planned(workspace, tmp_path_factory.mktemp("released"), change)


def test_an_unchanged_release_changes_nothing(
    workspace: Workspace, fresh: Plan, tmp_path: Path
) -> None:
    same = planned(workspace, tmp_path, lambda _: None)
    assert same.resources == fresh.resources


def test_rights_that_only_the_released_function_has_are_kept(
    fresh: Plan, changed_plan: Plan
) -> None:
    more = set(changed_plan.resources) - set(fresh.resources)
    mine = 'module.identity["catalog"]'
    assert set(fresh.resources) <= set(changed_plan.resources)
    assert more == {
        'google_pubsub_topic.this["games-looked-at"]',
        'module.data.google_firestore_index.this["stats/play_ms DESCENDING/game_id ASCENDING"]',
        'module.data.google_secret_manager_secret.this["objects-key-id-catalog"]',
        'module.data.google_secret_manager_secret.this["objects-secret-catalog"]',
        f'{mine}.google_project_iam_member.roles["accounts"]',
        f'{mine}.google_project_iam_member.roles["documents"]',
        f'{mine}.google_pubsub_topic_iam_member.publishes["games-looked-at"]',
        f'{mine}.google_secret_manager_secret_iam_member.reads["objects-key-id-catalog"]',
        f'{mine}.google_secret_manager_secret_iam_member.reads["objects-secret-catalog"]',
        f'{mine}.google_storage_bucket_iam_member.objects["artifacts"]',
    }


def test_paths_of_the_released_function_are_kept(fresh: Plan, changed_plan: Plan) -> None:
    before, after = _paths(fresh), _paths(changed_plan)
    assert len(after) == len(set(after))
    assert set(after) - set(before) == {"/v1/charts", "/v1/charts/*", "/v1/charts:refresh"}


def test_a_path_cannot_move_to_another_function(workspace: Workspace, tmp_path: Path) -> None:
    def move_path(released: Path) -> None:
        file = released / "functions/catalog/function.yaml"
        described = yaml.safe_load(file.read_text())
        described["trigger"]["http"]["paths"] += ["/v1/tools"]
        file.write_text(yaml.safe_dump(described))

    with pytest.raises(subprocess.CalledProcessError) as refused:
        planned(workspace, tmp_path, move_path)
    error = " ".join(refused.value.stderr.replace("│", "").split())
    assert "/v1/tools: another function serves this path" in error


def test_a_released_manifest_that_lacks_a_new_key_is_read(
    workspace: Workspace, fresh: Plan, tmp_path: Path
) -> None:
    def older(released: Path) -> None:
        file = released / "functions/catalog/function.yaml"
        described = yaml.safe_load(file.read_text())
        del described["objectives"], described["cpu"]
        file.write_text(yaml.safe_dump(described))

    assert planned(workspace, tmp_path, older).resources == fresh.resources


def _paths(plan: Plan) -> list[str]:
    matchers = plan.of("google_compute_url_map")[0]["path_matcher"]
    (rules,) = [one["path_rule"] for one in matchers if one["name"] == "api"]
    return [path for rule in rules for path in rule["paths"]]


def test_the_running_code_is_described_by_this_tree_only(fresh: Plan, changed_plan: Plan) -> None:
    kinds = {"google_cloud_run_v2_service", "google_pubsub_subscription", "google_cloud_run_v2_job"}
    for address, one in fresh.resources.items():
        if one["type"] in kinds:
            assert changed_plan.resources[address] == one
