"""A trigger's edge: nothing is acknowledged before its effect or its dead letter is stored."""

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
from tests.shared.runtime.doors import Door
from tests.shared.runtime.sqls import Own

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HOURS = 3600.0


class Said(BaseModel):
    text: str


class Told:
    """A trigger on a topic, what it was told, and what it does about it."""

    def __init__(self, entry_file: str) -> None:
        self.told: list[str] = []
        self.act: Callable[[], object] = lambda: None

        @events.on_message(Said, entry_file)
        def main(said: Said) -> None:
            self.told.append(said.text)
            self.act()

        self.main: EntryPoint = main

    def fail(self, error: Exception | None) -> None:
        def act() -> None:
            if error is not None:
                raise error

        self.act = act


@pytest.fixture
def letters(pubsub: PubSub) -> Callable[[], list[dict[str, Any]]]:
    """Return what was buried since the last call."""
    pubsub.topic("dead-letters")

    def read() -> list[dict[str, Any]]:
        found = pubsub.received("dead-letters")
        return [json.loads(base64.b64decode(one["data"])) for one in found]

    return read


Letters = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def listener(tmp_path: Path, letters: Letters, own: Own) -> Iterator[Told]:
    yield Told(trigger.file(tmp_path, "listen", topic="things-said"))
    for table in ("event_failures", "consumers"):
        own.elsewhere(f"DELETE FROM {table} WHERE consumer = 'listen'")


def failures(consumer: str = "listen") -> list[tuple[str, int, str]]:
    columns = event_failures.c
    query = select(columns.event_id, columns.attempts, columns.reason)
    query = query.where(columns.consumer == consumer).order_by(columns.event_id)
    return sql.read(lambda c: [(row[0], row[1], row[2]) for row in c.execute(query)])


def test_a_message_reaches_its_handler_and_is_done(listener: Told, letters: Letters) -> None:
    answer = trigger.push(listener.main, {"text": "é", "unknown": 1})
    assert (answer.status, answer.body, listener.told) == (204, b"", ["é"])
    assert (letters(), failures()) == ([], [])


def test_the_handler_may_ask_which_event_it_has(listener: Told) -> None:
    seen: list[events.Event] = []
    listener.act = lambda: seen.append(events.current())
    trigger.push(listener.main, {"text": "a"}, event_id="e7", age=60, flavour="x")
    (event,) = seen
    assert (event.id, event.type, event.consumer) == ("e7", "savepoint.said.v1", "listen")
    assert 59 < (clock.now() - event.time).total_seconds() < 90
    assert event.attributes["flavour"] == "x"
    with pytest.raises(LookupError):
        events.current()


def test_a_handler_runs_in_the_functions_own_threads_inside_the_messages_trace(
    listener: Told, lines: Lines
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
    listener: Told, letters: Letters, data: Any
) -> None:
    body = trigger.pushed(data)
    headers = {"content-type": "application/json", "authorization": "Bearer platform-token"}
    assert trigger.send(listener.main, headers, body).status == 204
    assert listener.told == []
    (letter,) = letters()
    assert (letter["consumer"], letter["event_id"], letter["code"]) == (
        "listen", "e1", "unreadable",
    )  # fmt: skip
    assert base64.b64decode(letter["body_base64"]) == body
    assert letter["headers"] == {"content-type": "application/json"}
    assert "hunter2" not in letter["reason"]
    assert failures() == []


def test_what_is_no_push_request_is_kept_under_one_id(listener: Told, letters: Letters) -> None:
    for _ in range(2):
        assert trigger.send(listener.main, {}, b"\xff not JSON").status == 204
    first, second = letters()
    assert first["event_id"] == second["event_id"]
    assert base64.b64decode(first["body_base64"]) == b"\xff not JSON"


def test_a_hopeless_event_is_a_dead_letter_with_its_reason(
    listener: Told, letters: Letters
) -> None:
    listener.fail(errors.HopelessEvent("unknown_player", "nobody has this id"))
    assert trigger.push(listener.main, {"text": "a"}).status == 204
    (letter,) = letters()
    assert (letter["code"], letter["reason"]) == ("unknown_player", "nobody has this id")
    assert total(metrics.DEAD_LETTERS, "unknown_player") == 1


def test_a_dead_letter_that_cannot_be_stored_is_503_and_comes_again(
    listener: Told, letters: Letters, pubsub: PubSub
) -> None:
    pubsub.door.shut()
    for body in (trigger.pushed({}), b"no push request"):
        answer = trigger.send(listener.main, {}, body)
        assert (answer.status, answer.json()["code"]) == (503, "unavailable")
        assert answer.header("retry-after")
    pubsub.door.open()


def test_a_bug_is_500_and_noted_with_its_reason_and_count(
    listener: Told, letters: Letters, lines: Lines
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


def test_an_event_that_was_mended_is_no_failure_any_more(listener: Told) -> None:
    listener.fail(KeyError("x"))
    for event_id in ("e1", "e2"):
        trigger.push(listener.main, {"text": "a"}, event_id=event_id, age=60)
    listener.fail(None)
    assert trigger.push(listener.main, {"text": "a"}, event_id="e1", age=60).status == 204
    assert [event_id for event_id, _, _ in failures()] == ["e2"]


@pytest.mark.parametrize(("attempt", "asked"), [(1, False), (2, True)])
def test_only_a_later_delivery_looks_for_its_failures(
    listener: Told, monkeypatch: pytest.MonkeyPatch, *, attempt: int, asked: bool
) -> None:
    trigger.push(listener.main, {"text": "a"})  # reads whether it is paused
    transactions: list[Any] = []
    real = sql.transact

    def transact(work: Any) -> Any:
        transactions.append(work)
        return real(work)

    monkeypatch.setattr(sql, "transact", transact)
    old = json.loads(trigger.pushed({"text": "a"}, age=60))
    body = json.dumps({**old, "deliveryAttempt": attempt}).encode()
    assert trigger.send(listener.main, {}, body).status == 204
    assert bool(transactions) == asked


@pytest.mark.parametrize("error", [errors.NotFound("x"), errors.Conflict("x"), SystemError("x")])
def test_an_error_meant_for_a_client_is_a_bug_here(
    listener: Told, letters: Letters, error: Exception
) -> None:
    listener.fail(error)
    assert trigger.push(listener.main, {"text": "a"}).status == 500
    assert (len(failures()), letters()) == (1, [])


def test_what_still_fails_after_twenty_hours_is_kept_before_its_transport_gives_it_up(
    listener: Told, letters: Letters
) -> None:
    def deep(levels: int) -> None:
        if not levels:
            raise KeyError("the last line")
        deeper(levels - 1)

    def deeper(levels: int) -> None:  # two that call each other are not folded into one line
        deep(levels)

    listener.act = lambda: deep(60)
    assert trigger.push(listener.main, {"text": "a"}, age=19 * HOURS).status == 500
    assert letters() == []
    assert trigger.push(listener.main, {"text": "a"}, age=21 * HOURS).status == 204
    (letter,) = letters()
    assert letter["code"] == "failed"
    assert letter["reason"].rstrip().endswith("KeyError: 'the last line'")
    assert len(letter["reason"]) == 2000


def test_a_store_that_is_away_is_never_a_reason(listener: Told, letters: Letters) -> None:
    listener.fail(errors.Unavailable("the database is not responding"))
    for age in (0, 23 * HOURS):
        answer = trigger.push(listener.main, {"text": "a"}, age=age)
        assert answer.status == 503
        assert answer.header("retry-after")
    assert (letters(), failures()) == ([], [])


def pause() -> None:
    row = {"consumer": "listen", "paused_at": clock.now(), "paused_by": "op", "reason": "x"}
    sql.transact(lambda tx: tx.execute(consumers.insert(), row))


def test_a_paused_consumer_is_asked_to_be_called_later(listener: Told, letters: Letters) -> None:
    pause()
    answer = trigger.push(listener.main, {"text": "a"}, age=23 * HOURS)
    assert (answer.status, listener.told, letters()) == (503, [], [])
    assert answer.json()["detail"] == "paused by an operator"


def test_the_pause_is_read_at_most_every_five_seconds(
    listener: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trigger.push(listener.main, {"text": "a"}).status == 204
    pause()
    assert trigger.push(listener.main, {"text": "b"}).status == 204
    read_at, paused = deadletters._paused["listen"]
    deadletters._paused["listen"] = (read_at - 5.1, paused)
    assert trigger.push(listener.main, {"text": "c"}).status == 503
    assert listener.told == ["a", "b"]


def test_a_database_away_is_503_before_the_handler_is_called(
    listener: Told, sql_door: Door, letters: Letters
) -> None:
    sql_door.shut()
    assert trigger.push(listener.main, {"text": "a"}, age=23 * HOURS).status == 503
    sql_door.open()
    assert (listener.told, letters()) == ([], [])


def test_a_bug_while_the_database_is_away_is_still_500(
    listener: Told, sql_door: Door, lines: Lines
) -> None:
    def act() -> None:
        sql_door.shut()
        raise KeyError

    listener.act = act
    assert trigger.push(listener.main, {"text": "a"}).status == 500
    sql_door.open()
    assert any("could not be recorded" in line["message"] for line in lines())


class TestRedrive:
    """An operator waits for the outcome: it is told, and nothing is buried again."""

    def test_what_is_healed_is_done_even_where_the_consumer_is_paused(
        self, listener: Told, letters: Letters
    ) -> None:
        pause()
        assert trigger.push(listener.main, {"text": "a"}, redrive=True).status == 204
        assert (listener.told, letters()) == (["a"], [])

    def test_what_is_still_hopeless_says_why(self, listener: Told, letters: Letters) -> None:
        listener.fail(errors.HopelessEvent("unknown_player", "nobody has this id"))
        answer = trigger.push(listener.main, {"text": "a"}, redrive=True)
        assert answer.status == 422
        assert answer.json()["detail"] == "unknown_player: nobody has this id"
        answer = trigger.push(listener.main, {}, redrive=True)
        assert answer.json()["detail"].startswith("unreadable: text")
        assert trigger.send(listener.main, {"savepoint-redrive": "1"}, b"x").status == 422
        assert letters() == []

    def test_what_still_fails_says_how(self, listener: Told, letters: Letters) -> None:
        listener.fail(KeyError("x"))
        answer = trigger.push(listener.main, {"text": "a"}, age=23 * HOURS, redrive=True)
        assert (answer.status, answer.json()["detail"]) == (500, "KeyError: 'x'")
        assert letters() == []

    def test_a_store_away_is_503(self, listener: Told) -> None:
        listener.fail(errors.Unavailable("away"))
        assert trigger.push(listener.main, {"text": "a"}, redrive=True).status == 503


def test_the_dead_letters_own_consumer_buries_nothing(
    tmp_path: Path, own: Own, letters: Letters
) -> None:
    """Its subscription has no dead letter: it is retried for ever."""
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
    own.elsewhere("DELETE FROM event_failures WHERE consumer = 'record'")


@pytest.mark.usefixtures("own", "project")
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
    def test_a_failure_is_told_and_nothing_buried(
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
        Told(trigger.file(tmp_path, "listen", topic="things-said"))
