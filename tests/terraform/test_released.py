"""What serves keeps its rights, paths, topics and indexes for one release more than its code."""

import json
import shutil
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
    """Plan this tree over a released one that differs from it by a change."""
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
    paths["http"]["paths"] = [*paths["http"]["paths"], "/v1/charts", "/v1/tools"]
    manifest(
        released,
        "functions/catalog",
        stores=stores,
        trigger=paths,
        topics=["games-looked-at"],
        secrets=["weather-key"],
    )
    gone = catalog | {"topics": ["gone-topic"]}
    gone["trigger"] = {"http": {"paths": ["/v1/gone"], "caller": "public"}}
    manifest(released, "functions/gone", **gone)
    described = json.loads((released / INDEXES).read_text())
    (released / INDEXES).write_text(json.dumps(described | {"indexes": [INDEX]}))
    contract = json.loads((released / "docs/openapi.json").read_text())
    contract["paths"]["/v1/charts:refresh"] = {}
    (released / "docs/openapi.json").write_text(json.dumps(contract))


@pytest.fixture(scope="module")
def over(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planned(workspace, tmp_path_factory.mktemp("released"), change)


def test_what_is_released_as_it_is_here_changes_nothing(
    workspace: Workspace, fresh: Plan, tmp_path: Path
) -> None:
    same = planned(workspace, tmp_path, lambda _: None)
    assert same.resources == fresh.resources


def test_rights_that_only_the_released_function_has_stay(fresh: Plan, over: Plan) -> None:
    more = set(over.resources) - set(fresh.resources)
    mine = 'module.identity["catalog"]'
    assert set(fresh.resources) <= set(over.resources)
    assert more == {
        'google_pubsub_topic.this["games-looked-at"]',
        'google_pubsub_topic.this["gone-topic"]',
        'module.data.google_firestore_index.this["stats/play_ms DESCENDING/game_id ASCENDING"]',
        'module.data.google_secret_manager_secret.this["objects-key-id-catalog"]',
        'module.data.google_secret_manager_secret.this["objects-secret-catalog"]',
        'module.data.google_secret_manager_secret.this["weather-key"]',
        f'{mine}.google_project_iam_member.roles["accounts"]',
        f'{mine}.google_project_iam_member.roles["documents"]',
        f'{mine}.google_pubsub_topic_iam_member.publishes["games-looked-at"]',
        f'{mine}.google_secret_manager_secret_iam_member.reads["objects-key-id-catalog"]',
        f'{mine}.google_secret_manager_secret_iam_member.reads["objects-secret-catalog"]',
        f'{mine}.google_secret_manager_secret_iam_member.reads["weather-key"]',
        f'{mine}.google_storage_bucket_iam_member.objects["artifacts"]',
    }


def test_its_paths_lead_to_it_but_for_those_that_another_has_now(fresh: Plan, over: Plan) -> None:
    def rules(plan: Plan) -> dict[str, str]:
        (matcher,) = [
            one
            for one in plan.of("google_compute_url_map")[0]["path_matcher"]
            if one["name"] == "api"
        ]
        return {path: str(one) for one in matcher["path_rule"] for path in one["paths"]}

    before, after = rules(fresh), rules(over)
    assert set(after) - set(before) == {"/v1/charts", "/v1/charts/*", "/v1/charts:refresh"}
    twice = [path for one in _paths(over) for path in one]
    assert len(twice) == len(set(twice))


def _paths(plan: Plan) -> list[list[str]]:
    matchers = plan.of("google_compute_url_map")[0]["path_matcher"]
    return [rule["paths"] for one in matchers if one["name"] == "api" for rule in one["path_rule"]]


def test_what_runs_is_described_by_this_tree_alone(fresh: Plan, over: Plan) -> None:
    kinds = {"google_cloud_run_v2_service", "google_pubsub_subscription", "google_cloud_run_v2_job"}
    for address, one in fresh.resources.items():
        if one["type"] in kinds:
            assert over.resources[address] == one
