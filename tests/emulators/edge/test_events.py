"""Events reach their triggers, and are retried until they are handled."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy

from tests.support.local_cloud import LocalCloud, eventually


def handled(firestore: Any, path: str) -> bool:
    return bool(firestore.document(path).get().exists)


def test_a_message_is_pushed_to_its_trigger(cloud: LocalCloud, firestore: Any) -> None:
    key = uuid4().hex
    cloud.publish("flaky-messages", f'{{"key": "{key}"}}'.encode(), **{"ce-id": key})
    eventually(lambda: handled(firestore, f"handled/{key}"))


def test_a_message_is_pushed_until_its_trigger_is_fixed(cloud: LocalCloud, firestore: Any) -> None:
    key = uuid4().hex
    firestore.document(f"broken/{key}").set({})
    body = f'{{"key": "{key}", "fails": "while_broken"}}'.encode()
    cloud.publish("flaky-messages", body, **{"ce-id": key})
    eventually(lambda: f'"event_id":"{key}"' in cloud.cloud.log("functions").read_text())
    firestore.document(f"broken/{key}").delete()
    eventually(lambda: handled(firestore, f"handled/{key}"), 60)


@pytest.mark.parametrize(("fails", "code"), [("always", "exhausted"), ("hopeless", "told_so")])
def test_a_message_that_cannot_be_handled_becomes_a_dead_letter(
    cloud: LocalCloud, sql: sqlalchemy.Connection, fails: str, code: str
) -> None:
    key = uuid4().hex
    body = f'{{"key": "{key}", "fails": "{fails}"}}'.encode()
    cloud.publish("flaky-messages", body, **{"ce-id": key})
    query = sqlalchemy.text("SELECT consumer, code FROM dead_letters WHERE event_id = :key")
    found = eventually(lambda: sql.execute(query, {"key": key}).all(), 90)
    assert [tuple(row) for row in found] == [("flaky_message", code)]


def test_a_document_event_reaches_its_trigger(cloud: LocalCloud, firestore: Any) -> None:
    key = uuid4().hex
    firestore.document(f"flaky/{key}").set({"fails": "never"})
    eventually(lambda: handled(firestore, f"seen/{key}"))
    firestore.document(f"flaky/{key}").delete()
    eventually(lambda: not handled(firestore, f"seen/{key}"))


def test_a_document_event_is_delivered_until_its_trigger_is_fixed(
    cloud: LocalCloud, firestore: Any
) -> None:
    key = uuid4().hex
    firestore.document(f"broken/{key}").set({})
    firestore.document(f"flaky/{key}").set({"fails": "while_broken"})
    eventually(lambda: _waiting(cloud) > 0)
    firestore.document(f"broken/{key}").delete()
    eventually(lambda: handled(firestore, f"seen/{key}"), 60)
    eventually(lambda: _waiting(cloud) == 0)


def test_document_events_survive_a_restart_of_edge_and_functions(
    cloud: LocalCloud, firestore: Any
) -> None:
    keys = [uuid4().hex for _ in range(20)]
    with cloud.without("functions"):
        for key in keys:
            firestore.document(f"flaky/{key}").set({"fails": "never"})
        eventually(lambda: _waiting(cloud) >= len(keys))
        edge = cloud.pid("edge")
        cloud.kill("edge")
        cloud.wait_until_back("edge", edge)
        assert _waiting(cloud) >= len(keys)
    host = cloud.pid("functions")
    cloud.kill("functions")
    cloud.wait_until_back("functions", host)
    for key in keys:
        eventually(lambda key=key: handled(firestore, f"seen/{key}"), 60)  # type: ignore[misc]


def test_a_pulled_topic_is_emptied_when_its_schedule_fires(
    cloud: LocalCloud, firestore: Any
) -> None:
    keys = [uuid4().hex for _ in range(3)]
    for key in keys:
        cloud.publish("pulled-batches", f'{{"key": "{key}"}}'.encode(), **{"ce-id": key})
    answer = cloud.command("fire", "pulled-batch")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("204")
    assert all(handled(firestore, f"pulled/{key}") for key in keys)


def test_fire_refuses_a_trigger_without_a_schedule(cloud: LocalCloud) -> None:
    answer = cloud.command("fire", "flaky_message")
    assert answer.returncode == 1
    assert "is not a scheduled trigger; these are:" in answer.stderr


def test_trace_leads_from_a_message_to_a_document(cloud: LocalCloud, firestore: Any) -> None:
    key, trace = uuid4().hex, uuid4().hex
    traceparent = f"00-{trace}-00f067aa0ba902b7-01"
    body = f'{{"key": "{key}"}}'.encode()
    cloud.publish("flaky-messages", body, traceparent=traceparent, **{"ce-id": key})
    eventually(lambda: handled(firestore, f"handled/{key}"))
    shown = eventually(lambda: cloud.command("trace", traceparent).stdout)
    assert f"trace {trace}" in shown
    assert "message flaky_message" in shown
    assert f"path=handled/{key}" in shown


def _waiting(cloud: LocalCloud) -> int:
    answer = httpx.get(f"{cloud.url}/_local/health", timeout=5)
    return int(answer.json()["events_waiting"])
