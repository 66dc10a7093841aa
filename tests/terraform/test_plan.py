"""The plan for a new project matches the manifests, from which the tests derive it again."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from scripts.bundling import imports
from shared.runtime import manifest, own_manifest, settings
from shared.runtime.manifest import Manifest
from tests.terraform.conftest import Plan

FUNCTIONS = manifest.discover([imports.ROOT])
PROJECT = "savepoint-staging"
DEAD_LETTERS = "dead-letters"
# Not a function's: Google's agents, the builder, the migrate job, and public reads.
SHARED_GRANTS = {
    "google_artifact_registry_repository_iam_member.builder_writes_images",
    "google_project_iam_member.builder_logs",
    "google_project_iam_member.delivery_receives_events",
    "google_project_iam_member.eventarc_agent",
    "google_pubsub_topic_iam_member.forwards_dead_letters",
    "google_service_account_iam_member.pubsub_signs_for_delivery",
    "google_storage_bucket_iam_member.builder_reads_bundles",
    "module.data.google_storage_bucket_iam_member.everyone_reads",
    "module.edge.google_storage_bucket_iam_member.everyone_reads",
    'module.migrate.google_project_iam_member.roles["roles/cloudsql.client"]',
    'module.migrate.google_project_iam_member.roles["roles/cloudsql.instanceUser"]',
}


def uses_sql(one: Manifest) -> bool:
    return bool(one.tables)


def is_message(one: Manifest) -> bool:
    return one.trigger.kind in {"topic", "pull"}


def services(plan: Plan) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in plan.of("google_cloud_run_v2_service")}


def environment(service: dict[str, Any]) -> dict[str, Any]:
    (container,) = service["template"][0]["containers"]
    return {one["name"]: one for one in container["env"]}


def test_every_manifest_becomes_one_service(fresh: Plan) -> None:
    found = services(fresh)
    assert len(fresh.of("google_cloud_run_v2_service")) == len(FUNCTIONS)
    assert set(found) == {one.service for one in FUNCTIONS.values()}
    for one in FUNCTIONS.values():
        service = found[one.service]
        template = service["template"][0]
        (container,) = template["containers"]
        assert template["max_instance_request_concurrency"] == one.concurrency
        assert template["timeout"] == f"{one.timeout}s"
        assert template["scaling"][0]["max_instance_count"] == one.instances.max
        # On the service, where an operator can change it without a new revision.
        assert service["scaling"][0]["min_instance_count"] == one.instances.min
        assert service["scaling"][0]["max_instance_count"] == one.instances.max
        limits = container["resources"][0]["limits"]
        assert (float(limits["cpu"]), limits["memory"]) == (one.cpu, one.memory)
        assert service["ingress"] == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
        assert service["invoker_iam_disabled"] == (one.trigger.kind == "http")
        assert bool(template["vpc_access"]) == uses_sql(one)


def test_a_bundle_and_its_image_are_named_after_their_content(fresh: Plan, workspace: Any) -> None:
    objects = {one["name"] for one in fresh.of("google_storage_bucket_object")}
    for name, one in FUNCTIONS.items():
        digest = (workspace.root / f"build/{name}.sha256").read_text().strip()
        assert f"{name}/{digest}.zip" in objects
        (container,) = services(fresh)[one.service]["template"][0]["containers"]
        assert container["image"].endswith(f"/savepoint/{one.service}:{digest}")


def required(group: Any) -> set[str]:
    return {one.metadata["env"] for one in fields(group) if one.metadata["default"] is None}


def test_every_function_has_all_its_settings(fresh: Plan) -> None:
    for one in FUNCTIONS.values():
        given, buckets = set(environment(services(fresh)[one.service])), one.stores.objects
        wanted = required(settings.Core) | {"FUNCTION_USE_ASGI"}
        if uses_sql(one):
            wanted |= {"SQL_INSTANCE", "SQL_USER", "SQL_DATABASE"}
        if own_manifest.signs(buckets):
            wanted |= required(settings.Objects)
        if buckets and buckets.public:
            wanted |= required(settings.PublicObjects)
        if one.name == "operations":
            wanted |= required(settings.Operations)
        telemetry = {item.metadata["env"] for item in fields(settings.Telemetry)}
        assert given - telemetry == wanted, one.name


def test_secrets_come_from_the_secret_manager(fresh: Plan) -> None:
    known = {one["secret_id"] for one in fresh.of("google_secret_manager_secret")}
    assert not fresh.of("google_secret_manager_secret_version")
    for one in FUNCTIONS.values():
        given = environment(services(fresh)[one.service])
        for name in {"OBJECTS_KEY_ID", "OBJECTS_SECRET"} & set(given):
            (source,) = given[name]["value_source"]
            assert source["secret_key_ref"][0]["secret"] in known
            assert source["secret_key_ref"][0]["secret"].endswith(f"-{one.service}")


def planned_grants(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the module address of each grant's identity, and `role on target`."""
    for address, one in plan.resources.items():
        kind = one["type"]
        if "_iam_" not in kind or kind.endswith("custom_role") or address in SHARED_GRANTS:
            continue
        assert kind.endswith("_iam_member"), f"{address} removes the rights of others"
        values = one["values"]
        what = "topic", "secret_id", "bucket", "subscription", "name"
        target = next((str(values[key]) for key in what if values.get(key)), "the project")
        yield address.split(".google_")[0], f"{values.get('role', 'savepointAccounts')} on {target}"


def expected_grants(one: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the grants that a manifest justifies, in the same form."""
    who, stores = f'module.identity["{one.name}"]', one.stores
    yield who, "roles/telemetry.metricsWriter on the project"
    yield who, "roles/telemetry.tracesWriter on the project"
    if uses_sql(one):
        yield who, "roles/cloudsql.client on the project"
        yield who, "roles/cloudsql.instanceUser on the project"
    if stores.documents:
        yield who, "roles/datastore.user on the project"
    if stores.accounts:
        yield who, "savepointAccounts on the project"
    has_dead_letters = (
        one.trigger.kind in {"topic", "document", "pull"} and one.subscribed != DEAD_LETTERS
    )
    for topic in {*one.topics, *([DEAD_LETTERS] if has_dead_letters else [])}:
        yield who, f"roles/pubsub.publisher on {topic}"
    if own_manifest.signs(stores.objects):
        yield who, f"roles/secretmanager.secretAccessor on objects-key-id-{one.service}"
        yield who, f"roles/secretmanager.secretAccessor on objects-secret-{one.service}"
    roles = {"r": "roles/storage.objectViewer", "rw": "roles/storage.objectUser"}
    if stores.objects and stores.objects.artifacts:
        yield who, f"{roles[stores.objects.artifacts]} on {PROJECT}-artifacts"
    if stores.objects and stores.objects.public == "rw":
        yield who, f"{roles['rw']} on {PROJECT}-public"


def delivery_grants(one: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the grants that event delivery to a function needs."""
    trigger = f'module.trigger["{one.name}"]'
    if one.trigger.kind != "http":
        yield trigger, f"roles/run.invoker on {one.service}"
    if is_message(one) and one.subscribed != DEAD_LETTERS:
        yield (
            trigger,
            f"roles/pubsub.subscriber on {one.service}",
        )  # for forwarding to the dead-letter topic
    if one.trigger.kind == "pull":
        yield trigger, f"roles/pubsub.subscriber on {one.service}"
    if one.trigger.kind in {"topic", "document", "pull"}:
        yield "", f"roles/run.invoker on {one.service}"  # operations redrives events


def test_identities_have_only_the_rights_of_their_manifests(fresh: Plan) -> None:
    assert set(fresh.resources) >= SHARED_GRANTS
    wanted = [
        right
        for one in FUNCTIONS.values()
        for right in (*expected_grants(one), *delivery_grants(one))
    ]
    found = [
        (who if who.startswith("module.") else "", right) for who, right in planned_grants(fresh)
    ]
    assert sorted(found) == sorted(wanted)


def test_rights_are_granted_to_the_right_identity(fresh: Plan) -> None:
    module = fresh.shown["configuration"]["root_module"]["module_calls"]["identity"]["module"]
    members = [
        one["expressions"]["member"]["references"]
        for one in module["resources"]
        if one["type"].endswith("_iam_member")
    ]
    assert len(members) == 4
    assert all("google_service_account.this.member" in references for references in members)


def test_every_subscription_has_a_dead_letter_topic(fresh: Plan) -> None:
    found = {one["name"]: one for one in fresh.of("google_pubsub_subscription")}
    assert set(found) == {one.service for one in FUNCTIONS.values() if is_message(one)}
    for one in filter(is_message, FUNCTIONS.values()):
        subscription = found[one.service]
        assert one.retry
        assert subscription["topic"] == one.subscribed
        assert subscription["ack_deadline_seconds"] >= one.timeout
        assert subscription["expiration_policy"] == [{"ttl": ""}]
        assert subscription["retry_policy"] == [
            {"minimum_backoff": f"{one.retry.min_backoff}s", "maximum_backoff": "600s"}
        ]
        if one.subscribed == DEAD_LETTERS:
            assert subscription["dead_letter_policy"] == []
        else:
            (policy,) = subscription["dead_letter_policy"]
            assert policy["dead_letter_topic"].endswith(f"/topics/{DEAD_LETTERS}")
            assert policy["max_delivery_attempts"] == 100
        assert bool(subscription["push_config"]) == (one.trigger.kind == "topic")


def test_document_events_and_schedules_call_their_functions(fresh: Plan) -> None:
    watched = {one["name"]: one for one in fresh.of("google_eventarc_trigger")}
    called = {one["name"]: one for one in fresh.of("google_cloud_scheduler_job")}
    assert set(called) == {one.service for one in FUNCTIONS.values() if one.schedule}
    assert set(watched) == {one.service for one in FUNCTIONS.values() if one.trigger.document}
    for one in FUNCTIONS.values():
        if one.schedule:
            assert called[one.service]["schedule"] == one.schedule
            assert called[one.service]["time_zone"] == "Etc/UTC"
        if document := one.trigger.document:
            criteria = {
                item["attribute"]: item["value"]
                for item in watched[one.service]["matching_criteria"]
            }
            assert criteria == {
                "type": f"google.cloud.firestore.document.v1.{document.event}",
                "database": "(default)",
                "document": document.path,
            }


def test_resources_with_data_are_protected(fresh: Plan) -> None:
    (database,) = fresh.of("google_firestore_database")
    assert database["delete_protection_state"] == "DELETE_PROTECTION_ENABLED"
    for instance in fresh.of("google_sql_database_instance"):
        assert instance["deletion_protection"]
        assert instance["settings"][0]["deletion_protection_enabled"]
        assert instance["settings"][0]["ip_configuration"][0]["ipv4_enabled"] is False
    for kind in ("run_v2_service", "run_v2_job"):
        assert all(one["deletion_protection"] for one in fresh.of(f"google_cloud_{kind}"))
    assert not any(one.get("force_destroy") for one in fresh.of("google_storage_bucket"))
