"""The manifests of all functions together."""

import re
from pathlib import Path

from scripts.bundling import imports
from shared.domain.operations import consumers
from shared.runtime import manifest

FUNCTIONS = manifest.discover([imports.ROOT])
RESERVED = 20
"""Connections for people, migrations and the database's own work."""
SHARE = 0.8


def connections(functions: dict[str, manifest.Manifest]) -> int:
    """Return the most connections that two revisions of every function hold during a rollout."""
    pools = [
        (one.instances.max, one.stores.sql.pool) for one in functions.values() if one.stores.sql
    ]
    return sum(2 * instances * pool for instances, pool in pools) + RESERVED


def allowed() -> int:
    """Return how many of Terraform's default connections functions may use."""
    text = (imports.ROOT / "terraform/variables.tf").read_text()
    found = re.search(r'variable "sql_max_connections" \{[^}]*?default\s*=\s*(\d+)', text)
    assert found
    return int(SHARE * int(found[1]))


def test_every_folder_is_a_complete_function() -> None:
    folders = manifest.folders(imports.ROOT)
    assert {folder.name for folder in folders} == set(FUNCTIONS)
    assert all((folder / "main.py").is_file() for folder in folders)


def test_functions_answer_http_and_triggers_do_not() -> None:
    for one in FUNCTIONS.values():
        assert (one.trigger.kind == "http") == (one.folder.parent.name == "functions"), one.name


def test_an_operator_can_pause_exactly_the_triggers() -> None:
    triggers = {one.name for one in FUNCTIONS.values() if one.trigger.kind != "http"}
    assert triggers == consumers.NAMES


def test_admin_and_creator_paths_require_that_role() -> None:
    for http in (one.trigger.http for one in FUNCTIONS.values() if one.trigger.http):
        for path in http.paths:
            for caller in ("admin", "creator"):
                assert path.startswith(f"/v1/{caller}") == (http.caller == caller)


def test_no_two_triggers_of_a_topic_share_a_name_with_a_function() -> None:
    services = [one.service for one in FUNCTIONS.values()]
    assert len(set(services)) == len(services)
    assert all(len(service) <= 26 for service in services)


def test_a_subscribed_topic_is_published_by_someone() -> None:
    published = {topic for one in FUNCTIONS.values() for topic in one.topics} | {"dead-letters"}
    for one in FUNCTIONS.values():
        assert one.subscribed is None or one.subscribed in published, one.name


def test_a_rollout_fits_the_databases_connections() -> None:
    assert connections(FUNCTIONS) <= allowed()


def test_a_function_with_too_many_connections_is_found() -> None:
    one = next(one for one in FUNCTIONS.values() if one.stores.sql)
    many = one.instances.model_copy(update={"max": 1000})
    large = one.model_copy(update={"instances": many})
    assert connections({**FUNCTIONS, one.name: large}) > allowed()


def test_manifests_are_where_terraform_looks() -> None:
    found = {path.parent for path in Path(imports.ROOT).glob("*/*/function.yaml")}
    assert {one.folder for one in FUNCTIONS.values()} <= found
