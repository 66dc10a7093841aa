"""Every function has objectives, alerts and tiles, which query existing metrics."""

import json
import re
from typing import Any

from scripts.bundling import imports
from shared.runtime import manifest
from shared.runtime.metrics import INSTRUMENTS
from tests.terraform.conftest import Plan

FUNCTIONS = manifest.discover([imports.ROOT])
RUNBOOKS = imports.ROOT / "docs/runbooks"
SCHEMA = {file.stem for file in (imports.ROOT / "shared/schema").glob("*.py")}
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def dashboards(fresh: Plan) -> dict[str, list[dict[str, Any]]]:
    shown = [json.loads(one["dashboard_json"]) for one in fresh.of("google_monitoring_dashboard")]
    return {one["displayName"]: one["mosaicLayout"]["tiles"] for one in shown}


def queries(fresh: Plan) -> list[str]:
    """Return all PromQL queries of dashboards and alerts."""
    drawn = [
        data["timeSeriesQuery"]["prometheusQuery"]
        for tiles in dashboards(fresh).values()
        for tile in tiles
        for data in tile["widget"]["xyChart"]["dataSets"]
    ]
    alerts = [
        one["query"]
        for policy in fresh.of("google_monitoring_alert_policy")
        for condition in policy["conditions"]
        for one in condition["condition_prometheus_query_language"]
    ]
    assert drawn
    assert alerts
    return drawn + alerts


def test_objectives_are_those_of_the_manifests(fresh: Plan) -> None:
    found = {(one["service"], one["slo_id"]): one for one in fresh.of("google_monitoring_slo")}
    assert len(found) == 2 * len(FUNCTIONS)
    for one in FUNCTIONS.values():
        of_this = f'service_name="{one.service}"'
        availability = found[one.service, "availability"]
        (ratio,) = availability["request_based_sli"][0]["good_total_ratio"]
        assert availability["goal"] == one.objectives.availability
        assert of_this in ratio["total_service_filter"]
        assert of_this in ratio["bad_service_filter"]
        (cut,) = found[one.service, "latency"]["request_based_sli"][0]["distribution_cut"]
        assert cut["range"][0]["max"] == one.objectives.p99_ms
        assert of_this in cut["distribution_filter"]


def test_every_function_has_its_alerts(fresh: Plan) -> None:
    policies = fresh.of("google_monitoring_alert_policy")
    for name, one in FUNCTIONS.items():
        about = [policy for policy in policies if policy["user_labels"].get("function") == name]
        burns = [policy for policy in about if "burns" in policy["display_name"]]
        severities = sorted(policy["severity"] for policy in burns)
        assert severities == ["CRITICAL"] * 4 + ["WARNING"] * 2, name
        silent = [policy for policy in about if "has not succeeded" in policy["display_name"]]
        assert len(silent) == bool(one.schedule)
        assert len(about) == len(burns) + len(silent)


def test_every_alert_names_a_runbook_that_exists(fresh: Plan) -> None:
    policies = fresh.of("google_monitoring_alert_policy")
    assert len(policies) > 6 * len(FUNCTIONS)
    for policy in policies:
        runbook = policy["user_labels"]["runbook"]
        assert (RUNBOOKS / f"{runbook}.md").exists(), runbook
        assert f"docs/runbooks/{runbook}.md" in policy["documentation"][0]["content"]


def test_every_function_has_a_row_on_one_dashboard(fresh: Plan) -> None:
    drawn = dashboards(fresh)
    for name, one in FUNCTIONS.items():
        rows = {
            title: [
                tile["widget"] for tile in tiles if tile["widget"]["title"].startswith(f"{name}: ")
            ]
            for title, tiles in drawn.items()
        }
        (row,) = (widgets for widgets in rows.values() if widgets)
        assert len(row) == 4
        for widget in row:
            assert f'service_name="{one.service}"' in json.dumps(widget).replace('\\"', '"')


def test_a_dashboard_covers_a_capability_and_its_tiles_do_not_overlap(fresh: Plan) -> None:
    for title, tiles in dashboards(fresh).items():
        assert title.removeprefix("Savepoint: ") in {*SCHEMA, "overview"}
        places = {(tile["xPos"], tile["yPos"]) for tile in tiles}
        assert len(places) == len(tiles)
        assert all(tile["xPos"] + tile["width"] <= 48 for tile in tiles)


def test_counts_in_log_lines_are_metrics(fresh: Plan) -> None:
    found = {one["name"]: one for one in fresh.of("google_logging_metric")}
    lines = {name: one for name, one in INSTRUMENTS.items() if one.kind == "line"}
    assert set(found) == set(lines)
    for name, one in lines.items():
        extracted = found[name]["label_extractors"] or {}
        assert set(extracted) == set(one.labels)
        assert f'jsonPayload.metric.name="{name}"' in found[name]["filter"]


def test_queries_use_exactly_the_recorded_metrics(fresh: Plan) -> None:
    exported = {name: one for name, one in INSTRUMENTS.items() if one.kind != "line"}
    names = {f"{name}{end}": name for name, one in exported.items() for end in SUFFIXES[one.kind]}
    unseen = set(exported)
    for query in queries(fresh):
        for name in re.findall(r"(?<![\w:])savepoint_\w+", query):
            assert name in names, query
            unseen.discard(names[name])
            groups = re.findall(r"by \(([^)]*)\)", query)
            labels = {label for group in groups for label in group.split(", ")}
            assert labels <= {*exported[names[name]].labels, "function", "le"}, query
    assert not unseen


def test_every_subscription_has_an_alert(fresh: Plan) -> None:
    policies = fresh.of("google_monitoring_alert_policy")
    waiting = [one for one in policies if "An event has waited for" in one["display_name"]]
    assert len(waiting) == 2
    for policy in waiting:
        (threshold,) = policy["conditions"][0]["condition_threshold"]
        assert "oldest_unacked_message_age" in threshold["filter"]
        assert "subscription_id" not in threshold["filter"], "no subscription is left out"
        assert threshold["aggregations"][0]["group_by_fields"] == ["resource.label.subscription_id"]
    (keeper,) = (one for one in FUNCTIONS.values() if one.subscribed == "dead-letters")
    (depth,) = (one for one in policies if "not being recorded" in one["display_name"])
    condition = depth["conditions"][0]["condition_threshold"][0]["filter"]
    assert f'subscription_id="{keeper.service}"' in condition


def test_uptime_checks_request_public_paths(fresh: Plan) -> None:
    paths = {
        one["http_check"][0]["path"] for one in fresh.of("google_monitoring_uptime_check_config")
    }
    public = {
        path
        for one in FUNCTIONS.values()
        if one.trigger.http and one.trigger.http.caller == "public"
        for path in one.trigger.http.paths
    }
    assert "/openapi.json" in paths
    assert "/v1/games" in paths
    assert paths <= public | {"/openapi.json"}
