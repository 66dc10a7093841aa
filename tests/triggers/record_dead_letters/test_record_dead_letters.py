"""Events that no retry can fix are kept with reason and body, so that operators can redrive."""

import base64
import json
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from google.events.cloud.firestore_v1.types.data import DocumentEventData

from shared.runtime import clock
from shared.runtime.events import envelope
from tests.support.local_cloud import LocalCloud

FLAKY = "flaky_message"


@pytest.fixture
def key() -> str:
    return f"k-{uuid.uuid4()}"


@pytest.fixture
def operator(cloud: LocalCloud, token: Any) -> Any:
    """Call the operator's routes; return the JSON."""
    headers = {"Authorization": f"Bearer {token('operator', ['admin'])}"}
    opened = httpx.Client(base_url=f"{cloud.url}/v1/admin", headers=headers, timeout=60)

    def call(method: str, path: str, **request: Any) -> Any:
        answer = opened.request(method, path, **request)
        assert answer.is_success, answer.text
        return answer.json()

    yield call
    opened.close()


def publish(cloud: LocalCloud, key: str, fails: str, **attributes: str) -> None:
    message = {"key": key, "fails": fails}
    cloud.publish("flaky-messages", json.dumps(message).encode(), **attributes)


def open_letter(operator: Any, consumer: str, event_id: str) -> Any:
    """Return the open dead letter of an event with all its fields, or None."""
    query = {"consumer": consumer, "limit": 100}
    for one in operator("GET", "/dead-letters", params=query)["items"]:
        if one["event_id"] == event_id:
            return operator("GET", f"/dead-letters/{one['dead_letter_id']}")
    return None


def handled(firestore: Any, path: str) -> Any:
    return firestore.document(path).get().to_dict()


def test_a_hopeless_event_is_kept_at_once_with_its_reason(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any
) -> None:
    publish(cloud, key, "hopeless", **{"ce-id": key})
    found = eventually(lambda: open_letter(operator, FLAKY, key))
    assert (found["code"], found["reason"]) == ("told_so", "the message says that it is hopeless")
    assert found["payload"] == {"key": key, "fails": "hopeless"}
    assert found["body"]["message"]["attributes"]["ce-id"] == key
    assert found["headers"]["content-type"] == "application/json"


def test_a_poison_message_is_kept_unchanged(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any
) -> None:
    cloud.publish("flaky-messages", b"\x00 poison", **{"ce-id": key})
    found = eventually(lambda: open_letter(operator, FLAKY, key))
    assert found["code"] == "unreadable"
    assert base64.b64decode(found["body"]["message"]["data"]) == b"\x00 poison"
    assert "payload" not in found


def test_a_bug_is_retried_then_kept_and_a_redrive_succeeds_once_fixed(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any, firestore: Any
) -> None:
    firestore.document(f"broken/{key}").set({})
    publish(cloud, key, "while_broken", **{"ce-id": key})
    found = eventually(lambda: open_letter(operator, FLAKY, key), 60)
    assert found["code"] == "exhausted"
    assert "RuntimeError: the message says that it fails" in found["reason"]
    assert found["payload"]["key"] == key

    # Not fixed yet: the redrive reports that, and the letter stays open.
    number = found["dead_letter_id"]
    result = operator("POST", f"/dead-letters/{number}/redrive")
    assert (result["state"], result["status"]) == ("open", 500)
    assert "the message says that it fails" in result["detail"]

    firestore.document(f"broken/{key}").delete()
    result = operator("POST", f"/dead-letters/{number}/redrive")
    assert (result["state"], result["status"]) == ("redriven", 204)
    assert handled(firestore, f"handled/{key}")["event_id"] == key
    assert open_letter(operator, FLAKY, key) is None


def test_a_hopeless_document_event_is_kept_and_a_redrive_returns_the_reason(
    operator: Any, key: str, eventually: Any, firestore: Any
) -> None:
    firestore.document(f"flaky/{key}").set({"fails": "hopeless"})

    def mine() -> Any:
        query = {"consumer": "flaky_document", "limit": 100}
        listed = operator("GET", "/dead-letters", params=query)["items"]
        whole = [operator("GET", f"/dead-letters/{one['dead_letter_id']}") for one in listed]
        return next((one for one in whole if key in one["headers"]["ce-subject"]), None)

    found = eventually(mine)
    assert (found["code"], found["reason"]) == ("told_so", "the document says that it is hopeless")
    assert key.encode() in base64.b64decode(found["body_base64"])
    result = operator("POST", f"/dead-letters/{found['dead_letter_id']}/redrive")
    assert (result["state"], result["status"]) == ("open", 422)
    assert "the document says that it is hopeless" in result["detail"]


def test_a_document_event_that_fails_for_20_hours_is_kept_and_redriven(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any, firestore: Any
) -> None:
    firestore.document(f"broken/{key}").set({})
    subject = f"documents/flaky/{key}"
    field = {"fails": {"string_value": "while_broken"}}
    name = f"projects/{cloud.cloud.project}/databases/(default)/{subject}"
    changed = DocumentEventData(value={"name": name, "fields": field})
    headers = {
        "content-type": "application/protobuf",
        "ce-id": key,
        "ce-type": "google.cloud.firestore.document.v1.written",
        "ce-time": clock.rfc3339(clock.now() - timedelta(hours=21)),
        "ce-subject": subject,
    }
    url = cloud.env["CONSUMER_URL"].format(function="flaky_document")
    body = DocumentEventData.serialize(changed)
    assert httpx.post(url, headers=headers, content=body, timeout=30).status_code == 204
    found = eventually(lambda: open_letter(operator, "flaky_document", key))
    assert found["code"] == "failed", found["reason"]
    assert "RuntimeError: the document says that it fails" in found["reason"]
    firestore.document(f"broken/{key}").delete()
    result = operator("POST", f"/dead-letters/{found['dead_letter_id']}/redrive")
    assert result["state"] == "redriven"
    assert handled(firestore, f"seen/{key}")["event_id"] == key


def test_many_are_redriven_at_once(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any, firestore: Any
) -> None:
    keys = [f"{key}-{number}" for number in range(3)]
    for one in keys:
        firestore.document(f"broken/{one}").set({})
        publish(cloud, one, "while_broken", **{"ce-id": one})
    for one in keys:
        eventually(lambda one=one: open_letter(operator, FLAKY, one), 60)
    for one in keys:
        firestore.document(f"broken/{one}").delete()
    done = cloud.command("dead-letters", "redrive", "--consumer", FLAKY)
    assert "redriven" in done.stdout, done.stderr
    assert all(handled(firestore, f"handled/{one}") for one in keys)


def test_an_invalid_dead_letter_is_kept_too(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any
) -> None:
    cloud.publish("dead-letters", b"not one of ours", **{"ce-id": key})
    found = eventually(lambda: open_letter(operator, "unknown", key))
    assert found["code"] == "unreadable"


def test_a_dead_letter_records_its_player(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any
) -> None:
    at = "2020-01-01T00:00:00Z"
    run = {"start_at": at, "end_at": at, "utc_offset_min": 0}
    session = {"game_key": "7", "session_id": "s", "runs": [run]}
    late = {"uid": key, "received_at": at, "sessions": [session]}
    cloud.publish("sessions-reported", json.dumps(late).encode(), **{"ce-id": key})
    found = eventually(lambda: open_letter(operator, "roll_up_sessions", key))
    assert (found["code"], found["uid"]) == ("too_late", key)
    operator("POST", f"/dead-letters/{found['dead_letter_id']}/resolve", json={"reason": "old"})


POISON = {
    "nested": b"[" * 5000,
    "an id too long": json.dumps({"uid": "x" * 200}).encode(),
    "half a character": b'{"uid": "\\ud800"}',
    "an empty id": b'{"uid": ""}',
    "no text": b'{"uid": 7}',
}


@pytest.mark.parametrize("data", POISON.values(), ids=POISON)
def test_a_forwarded_poison_message_is_kept_without_a_player(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any, data: bytes
) -> None:
    source = {"CloudPubSubDeadLetterSourceSubscription": "flaky-message"}
    cloud.publish("dead-letters", data, **{"ce-id": key}, **source)
    found = eventually(lambda: open_letter(operator, FLAKY, key))
    assert found["code"] == "exhausted"
    assert "uid" not in found
    assert base64.b64decode(found["body"]["message"]["data"]) == data


def test_a_long_event_id_is_shortened_but_stays_unique(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any
) -> None:
    long = key + "i" * 300
    source = {"CloudPubSubDeadLetterSourceSubscription": "flaky-message"}
    cloud.publish("dead-letters", b"{}", **{"ce-id": long}, **source)
    found = eventually(lambda: open_letter(operator, FLAKY, envelope.short_id(long)))
    assert found["body"]["message"]["attributes"]["ce-id"] == long


SENT = {
    "consumer": "some_consumer",
    "event_id": "e",
    "code": "told_so",
    "reason": "because",
    "occurred_at": "2026-01-01T00:00:00Z",
    "headers": {},
    "body_base64": "",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer": "c" * 27},
        {"consumer": "http://elsewhere/"},
        {"code": "c" * 65},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_a_dead_letter_that_no_row_can_hold_is_kept_unparsed(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any, wrong: dict[str, str]
) -> None:
    sent = json.dumps(SENT | wrong).encode()
    cloud.publish("dead-letters", sent, **{"ce-id": key})
    found = eventually(lambda: open_letter(operator, "unknown", key))
    assert base64.b64decode(found["body"]["message"]["data"]) == sent


def test_long_fields_of_a_dead_letter_are_truncated(
    cloud: LocalCloud, operator: Any, key: str, eventually: Any
) -> None:
    event_id = key + "i" * 300
    sent = SENT | {"event_id": event_id, "reason": "r" * 3000, "uid": "u" * 129}
    cloud.publish("dead-letters", json.dumps(sent).encode(), **{"ce-id": key})
    found = eventually(lambda: open_letter(operator, "some_consumer", envelope.short_id(event_id)))
    assert found["reason"] == "r" * 2000
    assert "uid" not in found
