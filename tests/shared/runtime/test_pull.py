"""Pull triggers empty a topic in batches; bad messages do not block the others."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import delete, select

from shared.runtime import errors, messages, sql
from shared.runtime.events import pull
from shared.runtime.events.consumer import EntryPoint
from shared.runtime.events.pull import on_pull
from shared.runtime.messages import Message
from shared.schema.operations import event_failures
from tests.shared.runtime import consumers as trigger
from tests.shared.runtime.conftest import Lines, PubSub, wait_until
from tests.shared.runtime.private_rows import PrivateRows

# One engine is enough: test_events.py covers what differs between them.
pytestmark = pytest.mark.parametrize("server_url", ["mariadb"], indirect=True)


class Note(Message):
    topic: ClassVar[str] = "empty-me"
    type: ClassVar[str] = "savepoint.said.v1"

    text: str


class BatchRecorder:
    """A trigger that pulls a topic and records its batches."""

    def __init__(self, entry_file: str) -> None:
        self.batches: list[list[str]] = []
        self.act: Callable[[list[str]], None] = lambda _: None

        @on_pull(Note, entry_file)
        def main(batch: list[Note]) -> None:
            texts = sorted(note.text for note in batch)
            self.act(texts)
            self.batches.append(texts)

        self.main: EntryPoint = main

    def run(self) -> int:
        return trigger.send(self.main, {}, b"").status


@pytest.fixture
def recorder(
    tmp_path: Path, own_rows: PrivateRows, pubsub: PubSub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BatchRecorder]:
    monkeypatch.setattr(pull, "PULL_WAIT_SECONDS", 0.4)
    for topic in ("empty-me", "dead-letters"):
        pubsub.topic(topic)
    schedule = {"topic": "empty-me", "schedule": "* * * * *"}
    # The subscription has the name of the function in the cloud.
    pubsub.topic("empty-me", subscription="empty-it")
    yield BatchRecorder(trigger.file(tmp_path, "empty_it", pull=schedule))
    here = event_failures.c.consumer == "empty_it"
    sql.transact(lambda tx: tx.execute(delete(event_failures).where(here)))


def dead_letters(pubsub: PubSub) -> list[dict[str, Any]]:
    return [json.loads(base64.b64decode(one["data"])) for one in pubsub.received("dead-letters")]


def failures() -> list[str]:
    query = select(event_failures.c.event_id).where(event_failures.c.consumer == "empty_it")
    return sql.read(lambda c: list(c.scalars(query)))


def acknowledged(lines: Lines) -> int:
    """Return how many messages the run acknowledged."""
    counts = [line["counts"]["messages"] for line in lines() if "counts" in line]
    assert len(counts) == 1
    return int(counts[0])


def not_pulled(pubsub: PubSub) -> list[str]:
    """Return the messages that were never pulled, except those waiting for their deadline."""
    found = pubsub.received("empty-it")
    return sorted(json.loads(base64.b64decode(one["data"]))["text"] for one in found)


def test_all_waiting_messages_are_handled_in_batches(
    recorder: BatchRecorder, pubsub: PubSub, lines: Lines
) -> None:
    names = [f"{number:03}" for number in range(120)]
    body = [(Note(text=name).model_dump_json().encode(), {"ce-id": name}) for name in names]
    messages.send("empty-me", body)
    assert recorder.run() == 204
    assert sorted(text for batch in recorder.batches for text in batch) == names
    assert len(recorder.batches) < 20
    assert [line["counts"] for line in lines() if "counts" in line] == [{"messages": 120}]
    assert not_pulled(pubsub) == []


def test_every_pull_is_in_the_trace(recorder: BatchRecorder, lines: Lines) -> None:
    body = Note(text="a").model_dump_json().encode()
    messages.send("empty-me", [(body, {"ce-id": "a"})])
    assert recorder.run() == 204
    spans = [line["span"] for line in lines() if "span" in line]
    taken = [(one["name"], one["attributes"]) for one in spans if one["kind"] == "receive"]
    # The last pull is empty, which ends the run.
    assert taken == [
        ("pull empty_it", {"messages": 1}),
        ("acknowledge empty_it", {"messages": 1}),
        ("pull empty_it", {"messages": 0}),
    ]


def test_an_empty_topic_does_not_call_the_handler(recorder: BatchRecorder) -> None:
    assert (recorder.run(), recorder.batches) == (204, [])


def test_an_unreadable_message_is_a_dead_letter_and_the_others_are_handled(
    recorder: BatchRecorder, pubsub: PubSub, lines: Lines
) -> None:
    good = Note(text="good").model_dump_json().encode()
    messages.send("empty-me", [(good, {"ce-id": "e1"}), (b"no JSON", {"ce-id": "e2"})])
    assert recorder.run() == 204
    assert recorder.batches == [["good"]]
    (letter,) = dead_letters(pubsub)
    assert (letter["consumer"], letter["event_id"]) == ("empty_it", "e2")
    assert acknowledged(lines) == 2


def test_unreadable_messages_alone_do_not_call_the_handler(
    recorder: BatchRecorder, pubsub: PubSub
) -> None:
    messages.send("empty-me", [(b"no JSON", {"ce-id": "e2"})])
    assert (recorder.run(), recorder.batches) == (204, [])
    assert len(dead_letters(pubsub)) == 1


def publish(*texts: str) -> None:
    for text in texts:
        messages.publish(Note(text=text), event_id=text)


def test_a_poison_message_does_not_block_its_batch(
    recorder: BatchRecorder, pubsub: PubSub, lines: Lines
) -> None:
    def act(texts: list[str]) -> None:
        if "poison" in texts:
            raise KeyError("poison")

    recorder.act = act
    publish("a", "poison", "b")
    assert recorder.run() == 204
    assert sorted(text for batch in recorder.batches for text in batch) == ["a", "b"]
    assert failures() == ["poison"]
    assert acknowledged(lines) == 2, "the poison message is redelivered"
    assert (dead_letters(pubsub), not_pulled(pubsub)) == ([], [])


def test_a_hopeless_message_is_a_dead_letter_and_the_others_are_handled(
    recorder: BatchRecorder, pubsub: PubSub, lines: Lines
) -> None:
    def act(texts: list[str]) -> None:
        if "hopeless" in texts:
            raise errors.HopelessEvent("unknown", "nobody knows it")

    recorder.act = act
    publish("a", "hopeless", "b")
    assert recorder.run() == 204
    assert sorted(text for batch in recorder.batches for text in batch) == ["a", "b"]
    assert [(one["event_id"], one["code"]) for one in dead_letters(pubsub)] == [
        ("hopeless", "unknown")
    ]
    assert (failures(), acknowledged(lines)) == ([], 3)


def test_an_unavailable_store_leaves_the_batch_unacknowledged(
    recorder: BatchRecorder, pubsub: PubSub
) -> None:
    def act(texts: list[str]) -> None:
        raise errors.Unavailable("away")

    recorder.act = act
    publish("a", "b")
    assert recorder.run() == 503
    assert (recorder.batches, failures(), dead_letters(pubsub)) == ([], [], [])


def test_an_unavailable_pubsub_is_503_and_recovers(recorder: BatchRecorder, pubsub: PubSub) -> None:
    publish("a")
    pubsub.proxy.close()
    assert recorder.run() == 503
    pubsub.proxy.open()
    wait_until(lambda: recorder.run() == 204 and bool(recorder.batches), seconds=6)
    assert recorder.batches == [["a"]]


def test_a_redriven_letter_is_handled(recorder: BatchRecorder, pubsub: PubSub) -> None:
    """It must not be mistaken for the schedule's call, which would report success."""
    recorder.act = lambda _: (_ for _ in ()).throw(errors.HopelessEvent("x", "y"))
    publish("fixed")
    recorder.run()
    (letter,) = dead_letters(pubsub)
    body = base64.b64decode(letter["body_base64"])
    assert trigger.send(recorder.main, letter["headers"], body, redrive=True).status == 422
    recorder.act = lambda _: None
    assert trigger.send(recorder.main, letter["headers"], body, redrive=True).status == 204
    assert recorder.batches == [["fixed"]]
    assert trigger.send(recorder.main, {}, b"", redrive=True).status == 422
