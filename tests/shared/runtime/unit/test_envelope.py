"""Every form of delivery becomes an Event or is unreadable, never another error."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.events import envelope
from shared.runtime.events.envelope import Unreadable

AT = "2026-03-01T12:00:00.123456Z"
MOMENT = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
BINARY = {"ce-id": "e1", "ce-type": "google.cloud.firestore.document.v1.written", "ce-time": AT}


def pushed(**changes: Any) -> bytes:
    message = {
        "data": base64.b64encode(b'{"a": 1}').decode(),
        "messageId": "m1",
        "message_id": "m1",
        "publishTime": AT,
        "attributes": {"ce-id": "e1", "ce-type": "savepoint.x.v1", "traceparent": TRACEPARENT},
        **changes,
    }
    whole = {"message": {k: v for k, v in message.items() if v is not ...}, "subscription": "s"}
    return json.dumps(whole).encode()


def push(body: bytes, **headers: str) -> envelope.Event:
    return envelope.push("a_consumer", headers, body)


def test_a_push_request_becomes_its_event() -> None:
    event = push(pushed())
    assert (event.id, event.type, event.time) == ("e1", "savepoint.x.v1", MOMENT)
    assert (event.consumer, event.data, event.body) == ("a_consumer", b'{"a": 1}', pushed())
    assert event.traceparent == TRACEPARENT


def test_the_transport_may_give_the_delivery_attempt() -> None:
    assert push(pushed()).attempt is None
    assert push(json.dumps({**json.loads(pushed()), "deliveryAttempt": 3}).encode()).attempt == 3


def test_a_message_without_attributes_has_pubsubs_id() -> None:
    event = push(pushed(attributes=...))
    assert (event.id, event.attributes) == ("m1", {})
    assert event.type == "google.cloud.pubsub.topic.v1.messagePublished"


def test_an_id_too_long_for_the_tables_is_shortened_but_stays_unique() -> None:
    fits, long = "i" * 191, "i" * 192
    assert push(pushed(attributes={"ce-id": fits})).id == fits
    short = push(pushed(attributes={"ce-id": long})).id
    assert (len(short), short[:150]) == (191, long[:150])
    assert short == envelope.cloud_event("a_consumer", BINARY | {"ce-id": long}, b"").id
    assert short != push(pushed(attributes={"ce-id": long + "i"})).id


def test_a_message_without_data_is_empty() -> None:
    assert push(pushed(data=...)).data == b""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"message"',
        b'{"message": null}',
        b'{"message": "text"}',
        b'{"message": []}',
        b"[" * 100_000,
        pushed(messageId=...),
        pushed(publishTime=...),
        pushed(publishTime="noon"),
        pushed(publishTime="2026-03-01T12:00:00"),
        pushed(data="!!!"),
        pushed(data="YQ"),
        pushed(data=7),
        pushed(attributes=None),
        pushed(attributes="a"),
    ],
)
def test_an_invalid_push_request_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        push(body)


@given(st.binary())
def test_any_bytes_are_at_worst_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        push(body)


def test_a_cloudevent_in_binary_mode_becomes_its_event() -> None:
    headers = {**BINARY, "ce-document": "players/a/stats/b", "content-type": "application/protobuf"}
    event = envelope.cloud_event("a_consumer", headers, b"\x01")
    assert (event.id, event.type, event.time) == ("e1", BINARY["ce-type"], MOMENT)
    assert (event.data, event.body) == (b"\x01", b"\x01")
    assert event.attributes["ce-document"] == "players/a/stats/b"


@pytest.mark.parametrize("lacking", ["ce-id", "ce-type", "ce-time"])
def test_a_cloudevent_without_a_required_attribute_is_unreadable(lacking: str) -> None:
    headers = {name: value for name, value in BINARY.items() if name != lacking}
    with pytest.raises(Unreadable, match=lacking):
        envelope.cloud_event("a_consumer", headers, b"")


@pytest.mark.parametrize("moment", ["noon", "", "2026-03-01T12:00:00", "2026-03-01"])
def test_a_cloudevent_without_an_exact_time_is_unreadable(moment: str) -> None:
    with pytest.raises(Unreadable, match="ce-time"):
        envelope.cloud_event("a_consumer", {**BINARY, "ce-time": moment}, b"")


def test_a_dead_letter_keeps_the_event_without_credentials() -> None:
    headers = {
        "authorization": "Bearer secret",
        "cookie": "secret",
        "host": "a",
        "x-forwarded-for": "10.0.0.1",
        "content-type": "application/json",
        "traceparent": TRACEPARENT,
        "ce-id": "e1",
    }
    kept = {"content-type": "application/json", "traceparent": TRACEPARENT, "ce-id": "e1"}
    for made in (
        push(pushed(), **headers),
        envelope.cloud_event("a", {**headers, **BINARY}, b""),
        envelope.anonymous("a", headers, b""),
    ):
        assert {name: made.headers[name] for name in kept} == kept
        assert "secret" not in str(made.headers)
        assert set(made.headers) <= set(kept) | set(BINARY)


def test_an_unreadable_event_has_the_same_id_on_every_delivery() -> None:
    first, again, other = (envelope.anonymous("a", {}, body) for body in (b"x", b"x", b"y"))
    assert first.id == again.id != other.id
    assert first.time.tzinfo is not None


def test_an_events_repr_does_not_contain_its_payload() -> None:
    assert "hunter2" not in repr(push(pushed(), **{"ce-x": "hunter2"}))
