"""Triggers acknowledge an event only after its effect or its dead letter is stored."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from shared.runtime import clock, errors, events, metrics, sql, tracing
from shared.runtime.events import deadletters
from shared.runtime.events.consumer import EntryPoint
from shared.runtime.settings import MissingSettings
from shared.schema.operations import consumers, event_failures
from tests.shared.runtime import consumers as trigger
from tests.shared.runtime.conftest import Lines, PubSub, total
from tests.shared.runtime.private_rows import PrivateRows
from tests.shared.runtime.proxies import Proxy

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HOURS = 3600.0


class Note(BaseModel):
    text: str


class Listener:
    """A trigger on a topic that records what it receives; `act` is what its handler does."""

    def __init__(self, entry_file: str) -> None:
        self.received: list[str] = []
        self.act: Callable[[], object] = lambda: None

        @events.on_message(Note, entry_file)
        def main(note: Note) -> None:
            self.received.append(note.text)
            self.act()

        self.main: EntryPoint = main

    def fail(self, error: Exception | None) -> None:
        def act() -> None:
            if error is not None:
                raise error

        self.act = act


@pytest.fixture
def letters(pubsub: PubSub) -> Callable[[], list[dict[str, Any]]]:
    """Return the dead letters since the last call."""
    pubsub.topic("dead-letters")

    def read() -> list[dict[str, Any]]:
        found = pubsub.received("dead-letters")
        return [json.loads(base64.b64decode(one["data"])) for one in found]

    return read


Letters = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def listener(tmp_path: Path, letters: Letters, own_rows: PrivateRows) -> Iterator[Listener]:
    yield Listener(trigger.file(tmp_path, "listen", topic="things-said"))
    for table in ("event_failures", "consumers"):
        own_rows.execute(f"DELETE FROM {table} WHERE consumer = 'listen'")


def failures(consumer: str = "listen") -> list[tuple[str, int, str]]:
    columns = event_failures.c
    query = select(columns.event_id, columns.attempts, columns.reason)
    query = query.where(columns.consumer == consumer).order_by(columns.event_id)
    return sql.read(lambda c: [(row[0], row[1], row[2]) for row in c.execute(query)])


def test_a_message_reaches_its_handler_and_is_acknowledged(
    listener: Listener, letters: Letters
) -> None:
    answer = trigger.push(listener.main, {"text": "é", "unknown": 1})
    assert (answer.status, answer.body, listener.received) == (204, b"", ["é"])
    assert (letters(), failures()) == ([], [])


def test_the_handler_can_read_the_current_event(listener: Listener) -> None:
    seen: list[events.Event] = []
    listener.act = lambda: seen.append(events.current())
    trigger.push(listener.main, {"text": "a"}, event_id="e7", age=60, flavour="x")
    (event,) = seen
    assert (event.id, event.type, event.consumer) == ("e7", "savepoint.said.v1", "listen")
    assert 59 < (clock.now() - event.time).total_seconds() < 90
    assert event.attributes["flavour"] == "x"
    with pytest.raises(LookupError):
        events.current()


def test_a_handler_runs_in_the_functions_threads_in_the_messages_trace(
    listener: Listener, lines: Lines
) -> None:
    seen: list[Any] = []
    listener.act = lambda: seen.append((threading.current_thread().name, tracing.current()))
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"
    trigger.push(listener.main, {"text": "a"}, traceparent=parent)
    ((thread, context),) = seen
    assert thread.startswith("listen")
    assert (context.trace, context.parent) == (TRACE, "00f067aa0ba902b7")
    line = lines()[-1]
    assert (line["event_id"], line["function"]) == ("e1", "listen")
    assert line["span"]["kind"] == "message"
    assert line["logging.googleapis.com/trace"].endswith(TRACE)


@pytest.mark.parametrize("data", [b"no JSON", b"", b"[]", {"text": 7, "key": "hunter2"}, {}])
def test_a_payload_that_is_not_the_model_is_a_dead_letter_at_once(
    listener: Listener, letters: Letters, data: Any
) -> None:
    body = trigger.pushed(data)
    headers = {"content-type": "application/json", "authorization": "Bearer platform-token"}
    assert trigger.send(listener.main, headers, body).status == 204
    assert listener.received == []
    (letter,) = letters()
    assert (letter["consumer"], letter["event_id"], letter["code"]) == (
        "listen", "e1", "unreadable",
    )  # fmt: skip
    assert base64.b64decode(letter["body_base64"]) == body
    assert letter["headers"] == {"content-type": "application/json"}
    assert "hunter2" not in letter["reason"]
    assert failures() == []


def test_an_invalid_push_request_has_one_dead_letter_id(
    listener: Listener, letters: Letters
) -> None:
    for _ in range(2):
        assert trigger.send(listener.main, {}, b"\xff not JSON").status == 204
    first, second = letters()
    assert first["event_id"] == second["event_id"]
    assert base64.b64decode(first["body_base64"]) == b"\xff not JSON"


def test_a_hopeless_event_is_a_dead_letter_with_its_reason(
    listener: Listener, letters: Letters
) -> None:
    listener.fail(errors.HopelessEvent("unknown_player", "nobody has this id"))
    assert trigger.push(listener.main, {"text": "a"}).status == 204
    (letter,) = letters()
    assert (letter["code"], letter["reason"]) == ("unknown_player", "nobody has this id")
    assert total(metrics.DEAD_LETTERS, "unknown_player") == 1


def test_a_dead_letter_that_cannot_be_stored_is_503_and_redelivered(
    listener: Listener, letters: Letters, pubsub: PubSub
) -> None:
    pubsub.proxy.close()
    for body in (trigger.pushed({}), b"no push request"):
        answer = trigger.send(listener.main, {}, body)
        assert (answer.status, answer.json()["code"]) == (503, "unavailable")
        assert answer.header("retry-after")
    pubsub.proxy.open()


def test_a_bug_is_500_and_recorded_with_its_reason_and_count(
    listener: Listener, letters: Letters, lines: Lines
) -> None:
    for text in ("first", "second"):
        listener.fail(KeyError(text))
        answer = trigger.push(listener.main, {"text": "a"})
        assert (answer.status, answer.json()["detail"]) == (500, "a bug on our side")
    ((event_id, attempts, reason),) = failures()
    assert (event_id, attempts) == ("e1", 2)
    assert reason.rstrip().endswith("KeyError: 'second'")
    assert letters() == []
    assert any("KeyError: 'first'" in line.get("stack_trace", "") for line in lines())


def test_a_fixed_event_is_no_longer_a_failure(listener: Listener) -> None:
    listener.fail(KeyError("x"))
    for event_id in ("e1", "e2"):
        trigger.push(listener.main, {"text": "a"}, event_id=event_id, age=60)
    listener.fail(None)
    assert trigger.push(listener.main, {"text": "a"}, event_id="e1", age=60).status == 204
    assert [event_id for event_id, _, _ in failures()] == ["e2"]


@pytest.mark.parametrize(("attempt", "queried"), [(1, False), (2, True)])
def test_only_a_redelivery_looks_for_its_failures(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, *, attempt: int, queried: bool
) -> None:
    trigger.push(listener.main, {"text": "a"})  # reads whether the consumer is paused
    transactions: list[Any] = []
    real = sql.transact

    def transact(work: Any) -> Any:
        transactions.append(work)
        return real(work)

    monkeypatch.setattr(sql, "transact", transact)
    old = json.loads(trigger.pushed({"text": "a"}, age=60))
    body = json.dumps({**old, "deliveryAttempt": attempt}).encode()
    assert trigger.send(listener.main, {}, body).status == 204
    assert bool(transactions) == queried


@pytest.mark.parametrize("error", [errors.NotFound("x"), errors.Conflict("x"), SystemError("x")])
def test_an_error_meant_for_a_client_is_a_bug_here(
    listener: Listener, letters: Letters, error: Exception
) -> None:
    listener.fail(error)
    assert trigger.push(listener.main, {"text": "a"}).status == 500
    assert (len(failures()), letters()) == (1, [])


def test_an_event_that_still_fails_after_twenty_hours_is_a_dead_letter(
    listener: Listener, letters: Letters
) -> None:
    def deep(levels: int) -> None:
        if not levels:
            raise KeyError("the last line")
        deeper(levels - 1)

    def deeper(levels: int) -> None:  # a traceback folds repeated lines: two functions avoid that
        deep(levels)

    listener.act = lambda: deep(60)
    assert trigger.push(listener.main, {"text": "a"}, age=19 * HOURS).status == 500
    assert letters() == []
    assert trigger.push(listener.main, {"text": "a"}, age=21 * HOURS).status == 204
    (letter,) = letters()
    assert letter["code"] == "failed"
    assert letter["reason"].rstrip().endswith("KeyError: 'the last line'")
    assert len(letter["reason"]) == 2000


def test_an_unavailable_store_never_causes_a_dead_letter(
    listener: Listener, letters: Letters
) -> None:
    listener.fail(errors.Unavailable("the database is not responding"))
    for age in (0, 23 * HOURS):
        answer = trigger.push(listener.main, {"text": "a"}, age=age)
        assert answer.status == 503
        assert answer.header("retry-after")
    assert (letters(), failures()) == ([], [])


def pause() -> None:
    row = {"consumer": "listen", "paused_at": clock.now(), "paused_by": "op", "reason": "x"}
    sql.transact(lambda tx: tx.execute(consumers.insert(), row))


def test_a_paused_consumer_is_503(listener: Listener, letters: Letters) -> None:
    pause()
    answer = trigger.push(listener.main, {"text": "a"}, age=23 * HOURS)
    assert (answer.status, listener.received, letters()) == (503, [], [])
    assert answer.json()["detail"] == "paused by an operator"


def test_the_pause_is_read_at_most_every_five_seconds(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trigger.push(listener.main, {"text": "a"}).status == 204
    pause()
    assert trigger.push(listener.main, {"text": "b"}).status == 204
    read_at, paused = deadletters._paused["listen"]
    deadletters._paused["listen"] = (read_at - 5.1, paused)
    assert trigger.push(listener.main, {"text": "c"}).status == 503
    assert listener.received == ["a", "b"]


def test_an_unavailable_database_is_503_before_the_handler_is_called(
    listener: Listener, sql_proxy: Proxy, letters: Letters
) -> None:
    sql_proxy.close()
    assert trigger.push(listener.main, {"text": "a"}, age=23 * HOURS).status == 503
    sql_proxy.open()
    assert (listener.received, letters()) == ([], [])


def test_a_bug_while_the_database_is_unavailable_is_still_500(
    listener: Listener, sql_proxy: Proxy, lines: Lines
) -> None:
    def act() -> None:
        sql_proxy.close()
        raise KeyError

    listener.act = act
    assert trigger.push(listener.main, {"text": "a"}).status == 500
    sql_proxy.open()
    assert any("could not be recorded" in line["message"] for line in lines())


class TestRedrive:
    """A redrive returns the outcome to the operator and creates no new dead letter."""

    def test_a_fixed_event_succeeds_even_while_the_consumer_is_paused(
        self, listener: Listener, letters: Letters
    ) -> None:
        pause()
        assert trigger.push(listener.main, {"text": "a"}, redrive=True).status == 204
        assert (listener.received, letters()) == (["a"], [])

    def test_a_hopeless_event_returns_its_reason(
        self, listener: Listener, letters: Letters
    ) -> None:
        listener.fail(errors.HopelessEvent("unknown_player", "nobody has this id"))
        answer = trigger.push(listener.main, {"text": "a"}, redrive=True)
        assert answer.status == 422
        assert answer.json()["detail"] == "unknown_player: nobody has this id"
        answer = trigger.push(listener.main, {}, redrive=True)
        assert answer.json()["detail"].startswith("unreadable: text")
        assert trigger.send(listener.main, {"savepoint-redrive": "1"}, b"x").status == 422
        assert letters() == []

    def test_an_event_that_still_fails_returns_the_error(
        self, listener: Listener, letters: Letters
    ) -> None:
        listener.fail(KeyError("x"))
        answer = trigger.push(listener.main, {"text": "a"}, age=23 * HOURS, redrive=True)
        assert (answer.status, answer.json()["detail"]) == (500, "KeyError: 'x'")
        assert letters() == []

    def test_an_unavailable_store_is_503(self, listener: Listener) -> None:
        listener.fail(errors.Unavailable("away"))
        assert trigger.push(listener.main, {"text": "a"}, redrive=True).status == 503


def test_the_consumer_of_dead_letters_creates_none(
    tmp_path: Path, own_rows: PrivateRows, letters: Letters
) -> None:
    """Its subscription has no dead-letter topic: events are retried for ever."""
    seen: list[bytes] = []
    error: list[Exception] = []

    @events.on_raw_message(trigger.file(tmp_path, "record", topic="dead-letters"))
    def main(event: events.Event) -> None:
        seen.append(event.data)
        for one in error:
            raise one

    assert trigger.push(main, b"\xff anything").status == 204
    assert seen == [b"\xff anything"]
    for one in (errors.HopelessEvent("x", "y"), KeyError("y")):
        error[:] = [one]
        assert trigger.push(main, b"a", age=23 * HOURS).status == 500
    assert trigger.send(main, {}, b"no push request").status == 500
    assert letters() == []
    (noted, attempts, reason), (unreadable, _, why) = failures("record")
    assert (noted, attempts) == ("e1", 2)
    assert reason.rstrip().endswith("KeyError: 'y'")
    assert unreadable.startswith("unreadable-")
    assert "not a Pub/Sub push request" in why
    error.clear()
    assert trigger.push(main, b"a", age=60).status == 204
    assert [event_id for event_id, _, _ in failures("record")] == [unreadable]
    own_rows.execute("DELETE FROM event_failures WHERE consumer = 'record'")


@pytest.mark.usefixtures("own_rows", "project")
class TestSchedule:
    def build(self, tmp_path: Path, act: Callable[[], dict[str, int] | None]) -> EntryPoint:
        @events.on_schedule(trigger.file(tmp_path, "sweep", schedule="* * * * *"))
        def main() -> dict[str, int] | None:
            return act()

        return main

    @pytest.mark.parametrize("body", [b"", b"{}", b"\xff"])
    def test_its_counts_are_logged(self, tmp_path: Path, lines: Lines, body: bytes) -> None:
        assert trigger.send(self.build(tmp_path, lambda: {"swept": 3}), {}, body).status == 204
        assert [line["counts"] for line in lines() if "counts" in line] == [{"swept": 3}]

    @pytest.mark.parametrize(
        ("error", "status"), [(KeyError("x"), 500), (errors.Unavailable("x"), 503),
                              (errors.HopelessEvent("x", "y"), 500)],
    )  # fmt: skip
    def test_a_failure_is_returned_without_a_dead_letter(
        self, tmp_path: Path, letters: Letters, error: Exception, status: int
    ) -> None:
        def act() -> None:
            raise error

        assert trigger.send(self.build(tmp_path, act), {}, b"").status == status
        assert (letters(), failures("sweep")) == ([], [])


def test_a_function_does_not_start_in_the_cloud_without_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: str
) -> None:
    monkeypatch.setenv("K_SERVICE", "listen")
    monkeypatch.delenv("SQL_URL", raising=False)
    with pytest.raises(MissingSettings, match="SQL_URL"):
        Listener(trigger.file(tmp_path, "listen", topic="things-said"))
