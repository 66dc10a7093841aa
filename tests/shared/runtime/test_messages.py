"""`publish` stores CloudEvents before it returns, and is 503 while Pub/Sub is unavailable."""

import base64
import json
from datetime import datetime
from typing import ClassVar

import pytest
from google.api_core import exceptions as google

from shared.runtime import errors, messages, tracing
from shared.runtime.messages import Message
from tests.shared.runtime.conftest import Lines, PubSub, wait_until, within

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Note(Message):
    topic: ClassVar[str] = "things-said"
    type: ClassVar[str] = "savepoint.things.said.v1"

    text: str


@pytest.fixture
def topic(pubsub: PubSub) -> PubSub:
    pubsub.topic("things-said")
    return pubsub


def test_a_message_is_stored_when_publish_returns(topic: PubSub, project: str) -> None:
    event_id = messages.publish(Note(text="é"))
    (message,) = topic.received("things-said")
    assert json.loads(base64.b64decode(message["data"])) == {"text": "é"}
    attributes = message["attributes"]
    moment = datetime.fromisoformat(attributes.pop("ce-time"))
    assert moment.tzinfo is not None
    assert attributes == {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": "savepoint.things.said.v1",
        "ce-source": f"//savepoint/{project}",
        "content-type": "application/json",
    }


def test_an_event_id_can_be_given(topic: PubSub) -> None:
    assert messages.publish(Note(text="a"), event_id="mine") == "mine"
    assert topic.received("things-said")[0]["attributes"]["ce-id"] == "mine"
    assert messages.publish(Note(text="a")) != messages.publish(Note(text="a"))


def test_a_message_continues_the_trace_of_its_request(topic: PubSub, lines: Lines) -> None:
    begun = tracing.begin("f", f"00-{TRACE}-00f067aa0ba902b7-01")
    messages.publish(Note(text="a"))
    carried = topic.received("things-said")[0]["attributes"]["traceparent"]
    assert carried == f"00-{TRACE}-{begun.span}-01"
    (span,) = lines()
    assert (span["span"]["kind"], span["span"]["name"]) == ("publish", "publish things-said")
    assert span["span"]["parent"] == begun.span


def test_many_messages_are_published_in_one_call(topic: PubSub) -> None:
    bodies = [(str(number).encode(), {"ce-id": str(number)}) for number in range(500)]
    messages.send("things-said", bodies)
    found: list[str] = []

    def all_arrived() -> bool:
        found.extend(one["attributes"]["ce-id"] for one in topic.received("things-said"))
        return len(found) >= 500

    wait_until(all_arrived)
    assert sorted(found, key=int) == [str(number) for number in range(500)]


def test_an_unavailable_pubsub_is_503_at_once_and_recovers_within_seconds(
    topic: PubSub,
) -> None:
    messages.publish(Note(text="before"))
    topic.proxy.close()
    for _ in range(3):
        with pytest.raises(errors.Unavailable):
            within(3, lambda: messages.publish(Note(text="while")))
    topic.proxy.open()

    def published() -> bool:
        try:
            return bool(messages.publish(Note(text="after")))
        except errors.Unavailable:
            return False

    wait_until(published, seconds=6)


def test_a_hanging_pubsub_is_503_after_the_timeout(
    topic: PubSub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "RPC_TIMEOUT_SECONDS", 0.3)
    topic.proxy.stall()
    with pytest.raises(errors.Unavailable):
        within(2, lambda: messages.publish(Note(text="a")))


def test_a_topic_that_does_not_exist_is_a_bug(pubsub: PubSub) -> None:
    with pytest.raises(google.NotFound):
        messages.publish(Note(text="a"))
