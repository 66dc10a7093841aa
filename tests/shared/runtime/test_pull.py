"""A topic emptied in batches: what is broken stays or is buried, the rest goes through."""

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
from tests.shared.runtime.private_rows import Own

# The one engine: what is particular to each is shown by test_events.py.
pytestmark = pytest.mark.parametrize("server_url", ["mariadb"], indirect=True)


class Said(Message):
    topic: ClassVar[str] = "empty-me"
    type: ClassVar[str] = "savepoint.said.v1"

    text: str


class Emptied:
    """A trigger that pulls a topic, and what it was given."""

    def __init__(self, entry_file: str) -> None:
        self.batches: list[list[str]] = []
        self.act: Callable[[list[str]], None] = lambda _: None

        @on_pull(Said, entry_file)
        def main(batch: list[Said]) -> None:
            texts = sorted(said.text for said in batch)
            self.act(texts)
            self.batches.append(texts)

        self.main: EntryPoint = main

    def run(self) -> int:
        return trigger.send(self.main, {}, b"").status


@pytest.fixture
def emptied(
    tmp_path: Path, own: Own, pubsub: PubSub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Emptied]:
    monkeypatch.setattr(pull, "PULL_WAIT_SECONDS", 0.4)
    for topic in ("empty-me", "dead-letters"):
        pubsub.topic(topic)
    schedule = {"topic": "empty-me", "schedule": "* * * * *"}
    # Its subscription is named as the function is in the cloud.
    pubsub.topic("empty-me", subscription="empty-it")
    yield Emptied(trigger.file(tmp_path, "empty_it", pull=schedule))
    here = event_failures.c.consumer == "empty_it"
    sql.transact(lambda tx: tx.execute(delete(event_failures).where(here)))


def buried(pubsub: PubSub) -> list[dict[str, Any]]:
    return [json.loads(base64.b64decode(one["data"])) for one in pubsub.received("dead-letters")]


def failed() -> list[str]:
    query = select(event_failures.c.event_id).where(event_failures.c.consumer == "empty_it")
    return sql.read(lambda c: list(c.scalars(query)))


def done(lines: Lines) -> int:
    """Return how many messages the run acknowledged."""
    counts = [line["counts"]["messages"] for line in lines() if "counts" in line]
    assert len(counts) == 1
    return int(counts[0])


def left(pubsub: PubSub) -> list[str]:
    """Return what was never handed out; what waits for its deadline is not seen."""
    found = pubsub.received("empty-it")
    return sorted(json.loads(base64.b64decode(one["data"]))["text"] for one in found)


def test_everything_that_waits_is_handled_in_batches(
    emptied: Emptied, pubsub: PubSub, lines: Lines
) -> None:
    names = [f"{number:03}" for number in range(120)]
    body = [(Said(text=name).model_dump_json().encode(), {"ce-id": name}) for name in names]
    messages.send("empty-me", body)
    assert emptied.run() == 204
    assert sorted(text for batch in emptied.batches for text in batch) == names
    assert len(emptied.batches) < 20
    assert [line["counts"] for line in lines() if "counts" in line] == [{"messages": 120}]
    assert left(pubsub) == []


def test_what_is_pulled_is_in_the_trace(emptied: Emptied, lines: Lines) -> None:
    body = Said(text="a").model_dump_json().encode()
    messages.send("empty-me", [(body, {"ce-id": "a"})])
    assert emptied.run() == 204
    spans = [line["span"] for line in lines() if "span" in line]
    taken = [(one["name"], one["attributes"]) for one in spans if one["kind"] == "receive"]
    # The last pull finds nothing, which is how it ends.
    assert taken == [
        ("pull empty_it", {"messages": 1}),
        ("acknowledge empty_it", {"messages": 1}),
        ("pull empty_it", {"messages": 0}),
    ]


def test_an_empty_topic_calls_nobody(emptied: Emptied) -> None:
    assert (emptied.run(), emptied.batches) == (204, [])


def test_a_message_nobody_can_read_is_buried_and_the_others_go_through(
    emptied: Emptied, pubsub: PubSub, lines: Lines
) -> None:
    good = Said(text="good").model_dump_json().encode()
    messages.send("empty-me", [(good, {"ce-id": "e1"}), (b"no JSON", {"ce-id": "e2"})])
    assert emptied.run() == 204
    assert emptied.batches == [["good"]]
    (letter,) = buried(pubsub)
    assert (letter["consumer"], letter["event_id"]) == ("empty_it", "e2")
    assert done(lines) == 2


def test_only_unreadable_messages_call_nobody(emptied: Emptied, pubsub: PubSub) -> None:
    messages.send("empty-me", [(b"no JSON", {"ce-id": "e2"})])
    assert (emptied.run(), emptied.batches) == (204, [])
    assert len(buried(pubsub)) == 1


def publish(*texts: str) -> None:
    for text in texts:
        messages.publish(Said(text=text), event_id=text)


def test_one_poison_message_does_not_hold_up_its_batch(
    emptied: Emptied, pubsub: PubSub, lines: Lines
) -> None:
    def act(texts: list[str]) -> None:
        if "poison" in texts:
            raise KeyError("poison")

    emptied.act = act
    publish("a", "poison", "b")
    assert emptied.run() == 204
    assert sorted(text for batch in emptied.batches for text in batch) == ["a", "b"]
    assert failed() == ["poison"]
    assert done(lines) == 2, "the poison comes again"
    assert (buried(pubsub), left(pubsub)) == ([], [])


def test_a_hopeless_message_is_buried_and_the_others_go_through(
    emptied: Emptied, pubsub: PubSub, lines: Lines
) -> None:
    def act(texts: list[str]) -> None:
        if "hopeless" in texts:
            raise errors.HopelessEvent("unknown", "nobody knows it")

    emptied.act = act
    publish("a", "hopeless", "b")
    assert emptied.run() == 204
    assert sorted(text for batch in emptied.batches for text in batch) == ["a", "b"]
    assert [(one["event_id"], one["code"]) for one in buried(pubsub)] == [("hopeless", "unknown")]
    assert (failed(), done(lines)) == ([], 3)


def test_a_store_that_is_away_leaves_the_batch_as_it_was(emptied: Emptied, pubsub: PubSub) -> None:
    def act(texts: list[str]) -> None:
        raise errors.Unavailable("away")

    emptied.act = act
    publish("a", "b")
    assert emptied.run() == 503
    assert (emptied.batches, failed(), buried(pubsub)) == ([], [], [])


def test_pubsub_away_is_503_and_good_when_it_is_back(emptied: Emptied, pubsub: PubSub) -> None:
    publish("a")
    pubsub.door.shut()
    assert emptied.run() == 503
    pubsub.door.open()
    wait_until(lambda: emptied.run() == 204 and bool(emptied.batches), seconds=6)
    assert emptied.batches == [["a"]]


def test_a_redriven_letter_is_handled_itself(emptied: Emptied, pubsub: PubSub) -> None:
    """Not taken for the schedule's call, which would say that it was healed."""
    emptied.act = lambda _: (_ for _ in ()).throw(errors.HopelessEvent("x", "y"))
    publish("mended")
    emptied.run()
    (letter,) = buried(pubsub)
    body = base64.b64decode(letter["body_base64"])
    assert trigger.send(emptied.main, letter["headers"], body, redrive=True).status == 422
    emptied.act = lambda _: None
    assert trigger.send(emptied.main, letter["headers"], body, redrive=True).status == 204
    assert emptied.batches == [["mended"]]
    assert trigger.send(emptied.main, {}, b"", redrive=True).status == 422
