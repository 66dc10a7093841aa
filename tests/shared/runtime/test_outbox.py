"""The outbox publishes a message if and only if its transaction commits."""

import base64
import contextvars
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, select

from shared.runtime import errors, metrics, outbox, sql
from shared.runtime.messages import Message
from shared.schema.operations import outbox as table
from tests.shared.runtime.conftest import Lines, PubSub, total, wait_until
from tests.shared.runtime.private_rows import PrivateRows, connection_id
from tests.shared.runtime.proxies import Proxy


class Note(Message):
    topic: ClassVar[str] = "things-said"
    type: ClassVar[str] = "savepoint.things.said.v1"

    text: str


class UnpublishableNote(Note):
    topic: ClassVar[str] = "nowhere"


@pytest.fixture
def topic(
    pubsub: PubSub, own_rows: PrivateRows, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PubSub]:
    """A topic, and an outbox without messages of other tests."""
    own_rows.execute("DELETE FROM outbox")
    monkeypatch.setattr(outbox, "SWEEP_GRACE", timedelta(seconds=-1))
    outbox._committed.set(None)
    pubsub.topic("things-said")
    yield pubsub
    own_rows.execute("DELETE FROM outbox")


def add(*texts: str, kind: type[Note] = Note) -> list[str]:
    return sql.transact(lambda tx: [outbox.add(tx, kind(text=text)) for text in texts])


def waiting_ids() -> list[str]:
    query = select(table.c.event_id).order_by(table.c.created_at)
    return sql.read(lambda connection: list(connection.scalars(query)))


def arrived(topic: PubSub) -> list[tuple[str, str]]:
    """Return event id and text of the messages that arrived, sorted."""
    return sorted(
        (one["attributes"]["ce-id"], json.loads(base64.b64decode(one["data"]))["text"])
        for one in topic.received("things-said")
    )


def test_messages_are_published_by_the_flush_and_not_before(topic: PubSub) -> None:
    ids = add("a", "b")
    assert (arrived(topic), sorted(waiting_ids())) == ([], sorted(ids))
    assert outbox.flush() == 2
    assert arrived(topic) == sorted(zip(ids, "ab", strict=True))
    assert waiting_ids() == []
    assert outbox.flush() == 0
    assert arrived(topic) == []


def test_a_rolled_back_transaction_publishes_nothing(topic: PubSub) -> None:
    def fails(tx: Connection) -> None:
        outbox.add(tx, Note(text="a"))
        raise KeyError

    with pytest.raises(KeyError):
        sql.transact(fails)
    assert (outbox.flush(), waiting_ids(), arrived(topic)) == (0, [], [])


def test_only_the_committed_run_of_a_rerun_transaction_publishes(
    topic: PubSub, own_rows: PrivateRows
) -> None:
    ids: list[str] = []

    def work(tx: Connection) -> None:
        ids.append(outbox.add(tx, Note(text=f"run {len(ids)}")))
        if len(ids) == 1:
            own_rows.kill(connection_id(tx))
            tx.execute(select(1))

    sql.transact(work)
    assert outbox.flush() == 1
    assert arrived(topic) == [(ids[1], "run 1")]


def test_messages_of_several_transactions_are_published_together(topic: PubSub) -> None:
    ids = add("a") + add("b")
    assert outbox.flush() == 2
    assert [event_id for event_id, _ in arrived(topic)] == sorted(ids)


def test_a_request_flushes_its_own_messages_only(topic: PubSub) -> None:
    first, second = contextvars.copy_context(), contextvars.copy_context()
    (mine,) = first.run(add, "mine")
    (theirs,) = second.run(add, "theirs")
    assert first.run(outbox.flush) == 1
    assert [event_id for event_id, _ in arrived(topic)] == [mine]
    assert waiting_ids() == [theirs]


def test_unpublished_messages_wait_for_the_sweep(topic: PubSub, lines: Lines) -> None:
    (event_id,) = add("a")
    topic.proxy.close()
    assert outbox.flush() == 0
    assert waiting_ids() == [event_id]
    assert lines()[-1]["message"] == "messages wait in the outbox"
    with pytest.raises(errors.Unavailable):
        outbox.sweep()
    assert waiting_ids() == [event_id]
    topic.proxy.open()

    def swept() -> bool:
        try:
            return outbox.sweep() == 1
        except errors.Unavailable:
            return False

    wait_until(swept)
    assert (arrived(topic), waiting_ids()) == ([(event_id, "a")], [])
    assert total(metrics.OUTBOX_RELAYED) == 1


def test_the_sweep_skips_messages_that_their_request_may_still_publish(
    topic: PubSub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SWEEP_GRACE", timedelta(seconds=30))
    (event_id,) = add("a")
    assert (outbox.sweep(), waiting_ids()) == (0, [event_id])


def test_the_sweep_takes_the_oldest_first_up_to_its_limit(topic: PubSub) -> None:
    ids = [add(text)[0] for text in "abc"]
    assert outbox.sweep(limit=2) == 2
    assert waiting_ids() == ids[2:]
    assert [text for _, text in sorted(arrived(topic), key=lambda one: one[1])] == ["a", "b"]


def test_a_crash_between_publishing_and_deleting_publishes_the_same_event_again(
    topic: PubSub, own_rows: PrivateRows, sql_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "TRIES", 1)
    (event_id,) = add("a")
    sql_proxy.cut_before = b"DELETE FROM outbox"
    assert outbox.flush() == 0
    assert arrived(topic) == [(event_id, "a")]
    assert waiting_ids() == [event_id]
    assert outbox.sweep() == 1
    assert (arrived(topic), waiting_ids()) == ([(event_id, "a")], [])


def test_a_message_that_cannot_be_published_does_not_fail_its_request(
    topic: PubSub, lines: Lines
) -> None:
    """The change is committed; an error would make the client repeat it."""
    ids = add("lost", kind=UnpublishableNote)
    assert outbox.flush() == 0
    assert waiting_ids() == ids
    assert any(line["severity"] == "ERROR" and "stack_trace" in line for line in lines())


@pytest.mark.parametrize("publish", [outbox.flush, outbox.sweep])
def test_a_topic_that_refuses_messages_does_not_delay_the_others(
    topic: PubSub, publish: Any, lines: Lines
) -> None:
    lost, (good,) = add("lost", kind=UnpublishableNote), add("good")
    try:
        publish()
    except Exception:  # noqa: BLE001  the sweep may say so, after the others
        assert publish is outbox.sweep
    assert arrived(topic) == [(good, "good")]
    assert waiting_ids() == lost
