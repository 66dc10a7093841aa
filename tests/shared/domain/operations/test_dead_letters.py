"""Dead letters, consumers, audit and the end of rows, on both engines."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, insert, select

from shared.domain import audit
from shared.domain.operations import consumers, dead_letters, retention
from shared.domain.operations.dead_letters import NewDeadLetter
from shared.runtime import clock, errors, redelivery, sql
from shared.runtime.redelivery import Answer
from shared.schema import operations as tables
from tests.support import statistics

pytestmark = pytest.mark.usefixtures("runtime_sql")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def name() -> str:
    """A consumer of the test's own."""
    return "c_" + uuid.uuid4().hex[:20].translate(str.maketrans("0123456789", "ghijklmnop"))


def letter(consumer: str, event_id: str = "e1", **changes: Any) -> NewDeadLetter:
    given: dict[str, Any] = {
        "consumer": consumer,
        "event_id": event_id,
        "code": "failed",
        "reason": "it broke",
        "occurred_at": NOON,
        "headers": {"content-type": "application/json"},
        "body": b'{"message": {"data": "eyJ1aWQiOiAiYWRhIn0="}}',
        "uid": "ada",
    }
    return NewDeadLetter(**given | changes)


def record(one: NewDeadLetter) -> None:
    sql.transact(lambda tx: dead_letters.record(tx, one))


def listed(consumer: str, state: Any = "open") -> list[dead_letters.DeadLetter]:
    return sql.read(lambda conn: dead_letters.list_page(conn, state, consumer, 0, 100))[0]


def fail(consumer: str, event_id: str, reason: str = "ValueError: no") -> None:
    row = {
        "consumer": consumer,
        "event_id": event_id,
        "attempts": 3,
        "reason": reason,
        "first_failed_at": NOON,
        "last_failed_at": clock.now(),
    }
    sql.transact(lambda tx: tx.execute(insert(tables.event_failures), row))


def failures(consumer: str) -> list[str]:
    mine = select(tables.event_failures.c.event_id).where(
        tables.event_failures.c.consumer == consumer
    )
    return sql.read(lambda conn: list(conn.scalars(mine)))


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> list[str]:
    """Let the consumers answer these, in turn; return the event ids that they get."""
    waiting, got = iter(answers), list[str]()

    def post(consumer: str, headers: dict[str, str], body: bytes) -> Answer:
        del headers, body
        got.append(consumer)
        return next(waiting)

    monkeypatch.setattr(redelivery, "post", post)
    return got


def test_the_same_letter_twice_is_one(name: str) -> None:
    record(letter(name))
    record(letter(name))
    (one,) = listed(name)
    detail = sql.read(lambda conn: dead_letters.get(conn, int(one.dead_letter_id)))
    assert (detail.code, detail.reason, detail.uid) == ("failed", "it broke", "ada")
    assert detail.payload == {"uid": "ada"}
    assert detail.body["message"]["data"]
    assert detail.body_base64 is None


def test_a_body_that_is_no_json_is_shown_in_base64(name: str) -> None:
    record(letter(name, body=b"\x0a\xff"))
    (one,) = listed(name)
    detail = sql.read(lambda conn: dead_letters.get(conn, int(one.dead_letter_id)))
    assert (detail.body, detail.body_base64, detail.payload) == (None, "Cv8=", None)


def test_a_letter_without_a_reason_takes_it_from_the_failures_and_ends_them(name: str) -> None:
    fail(name, "e1")
    fail(name, "e2")
    record(letter(name, reason=None))
    assert listed(name)[0].reason == "ValueError: no"
    assert failures(name) == ["e2"]
    record(letter(name, "e3", reason=None))
    assert listed(name)[1].reason == "delivery attempts exhausted"


def test_only_a_later_death_opens_a_settled_letter_again(name: str) -> None:
    record(letter(name))
    number = int(listed(name)[0].dead_letter_id)
    sql.transact(lambda tx: dead_letters.resolve(tx, number, "op", "not ours"))
    record(letter(name))
    assert listed(name) == []
    record(letter(name, occurred_at=NOON + timedelta(seconds=1), reason="again"))
    (one,) = listed(name)
    assert (int(one.dead_letter_id), one.reason) == (number, "again")
    detail = sql.read(lambda conn: dead_letters.get(conn, number))
    assert (detail.settled_at, detail.settled_by, detail.resolution) == (None, None, None)


def test_a_letter_is_settled_once_and_audited(name: str) -> None:
    record(letter(name))
    number = int(listed(name)[0].dead_letter_id)
    sql.transact(lambda tx: dead_letters.resolve(tx, number, "op", "not ours"))
    with pytest.raises(errors.Conflict):
        sql.transact(lambda tx: dead_letters.resolve(tx, number, "op", "again"))
    entries, _ = sql.read(lambda conn: audit.list_page(conn, None, 100))
    mine = [one for one in entries if one.target == str(number)]
    assert [(one.actor, one.action, one.detail["reason"]) for one in mine] == [
        ("op", "dead_letter.resolve", "not ours")
    ]


def test_a_redrive_that_fails_leaves_the_letter_open_and_tells_why(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(letter(name))
    number = int(listed(name)[0].dead_letter_id)
    answering(monkeypatch, Answer(500, "ValueError: no"), Answer(204, ""))
    fail(name, "e1")
    told = dead_letters.redrive(number, "op")
    assert (told.state, told.status, told.detail) == ("open", 500, "ValueError: no")
    assert failures(name) == []
    assert dead_letters.redrive(number, "op").state == "redriven"
    assert listed(name) == []
    with pytest.raises(errors.Conflict):
        dead_letters.redrive(number, "op")
    entries, _ = sql.read(lambda conn: audit.list_page(conn, None, 100))
    mine = [one.detail["state"] for one in entries if one.target == str(number)]
    assert mine == ["redriven", "open"]


def test_a_letter_that_dies_again_during_its_redrive_stays_open(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(letter(name))
    number = int(listed(name)[0].dead_letter_id)

    def post(*_: Any) -> Answer:
        record(letter(name, occurred_at=NOON + timedelta(seconds=1)))
        return Answer(204, "")

    monkeypatch.setattr(redelivery, "post", post)
    assert dead_letters.redrive(number, "op").state == "open"


def test_many_are_redriven_page_by_page(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        record(letter(name, f"e{number}"))
    answering(monkeypatch, *[Answer(204, "")] * 2, Answer(500, "no"), *[Answer(204, "")] * 2)
    soon = time.monotonic() + 30
    first = dead_letters.redrive_page(name, 0, 3, "op", soon)
    assert (first.redriven, [one.status for one in first.failed]) == (2, [500])
    assert first.next_after is not None
    second = dead_letters.redrive_page(name, first.next_after, 3, "op", soon)
    assert (second.redriven, second.failed, second.next_after) == (2, [], None)
    assert len(listed(name)) == 1


@pytest.mark.parametrize("status", [None, 503])
def test_a_consumer_that_is_away_stops_them(
    name: str, status: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        record(letter(name, f"e{number}"))
    got = answering(monkeypatch, Answer(204, ""), Answer(status, "away"))
    done = dead_letters.redrive_page(name, 0, 10, "op", time.monotonic() + 30)
    assert (done.redriven, len(done.failed), len(got)) == (1, 1, 2)
    assert done.next_after == int(listed(name)[0].dead_letter_id) - 1
    over = dead_letters.redrive_page(name, 0, 10, "op", time.monotonic() - 1)
    assert (over.redriven, over.failed, over.next_after) == (0, [], 0)


def test_nobody_can_be_paused_who_is_no_consumer(name: str) -> None:
    with pytest.raises(errors.NotFound, match=name):
        sql.transact(lambda tx: consumers.pause(tx, name, "op", "a slip"))
    assert name not in [one.consumer for one in sql.read(consumers.get).items]


def test_the_overview_lists_who_fails_who_is_paused_and_what_waits(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "NAMES", {name})
    fail(name, "e1")
    record(letter(name, "e2"))
    sql.transact(lambda tx: consumers.pause(tx, name, "op", "looking into it"))
    found = sql.read(consumers.get)
    (mine,) = [one for one in found.items if one.consumer == name]
    assert (mine.failing.waiting, mine.failing.oldest_at) == (1, NOON)
    assert mine.reason == "ValueError: no"
    assert mine.open_dead_letters == 1
    assert mine.paused is not None
    assert (mine.paused.paused_by, mine.paused.reason) == ("op", "looking into it")
    sql.transact(lambda tx: consumers.resume(tx, name, "op"))
    (mine,) = [one for one in sql.read(consumers.get).items if one.consumer == name]
    assert mine.paused is None


def test_counting_stops(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "COUNT_LIMIT", 3)
    for number in range(5):
        fail(name, f"e{number}")
    (mine,) = [one for one in sql.read(consumers.get).items if one.consumer == name]
    assert mine.failing.waiting == 3


def test_the_audit_is_read_newest_first_in_pages(name: str) -> None:
    for number in range(3):
        sql.transact(lambda tx, n=number: audit.record(tx, "op", name, str(n), {}))  # type: ignore[misc]
    first, last = sql.read(lambda conn: audit.list_page(conn, None, 2))
    assert last is not None
    second, _ = sql.read(lambda conn: audit.list_page(conn, last, 2))
    assert [one.target for one in (*first, *second) if one.action == name] == ["2", "1", "0"]


def test_rows_go_when_their_time_has_come_and_not_before(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_PER_BATCH", 2)
    now = clock.now()
    ages = {"old": now - timedelta(days=46), "young": now - timedelta(days=44)}
    rows = [
        {"consumer": name, "event_id": f"{age}{n}", "handled_at": handled_at}
        for age, handled_at in ages.items()
        for n in range(3)
    ]
    sql.transact(lambda tx: tx.execute(insert(tables.inbox), rows))
    gone = retention.clean(30)
    assert gone["inbox"] >= 3
    left = select(tables.inbox.c.event_id).where(tables.inbox.c.consumer == name)
    assert sql.read(lambda conn: sorted(conn.scalars(left))) == ["young0", "young1", "young2"]


def test_an_open_dead_letter_never_ends(name: str) -> None:
    record(letter(name, occurred_at=NOON - timedelta(days=1000)))
    retention.clean(30)
    assert len(listed(name)) == 1


def test_every_table_that_ends_by_age_has_its_rule() -> None:
    by_age = {
        table.name for table in tables.outbox.metadata.sorted_tables
        if "clean_up" in table.info["end"]
    }  # fmt: skip
    assert {rule.table.name for rule in retention.RULES} == by_age


@pytest.mark.parametrize("rule", retention.RULES, ids=lambda rule: rule.table.name)
def test_an_index_leads_to_the_rows_that_have_ended(rule: retention.Rule) -> None:
    leads = {next(iter(index.columns)).name for index in rule.table.indexes}
    leads.add(next(iter(rule.table.primary_key.columns)).name)
    assert rule.since.name in leads


LETTERS, FAILING, OUTBOX = tables.dead_letters.c, tables.event_failures.c, tables.outbox.c
OVERVIEW: dict[str, Select[Any]] = {
    "consumers of failures": select(FAILING.consumer).group_by(FAILING.consumer),
    "consumers of letters": select(LETTERS.consumer).group_by(LETTERS.consumer),
    "outbox": select(OUTBOX.created_at).order_by(OUTBOX.created_at).limit(9),
}


@pytest.mark.parametrize("belief", statistics.STATISTICS)
@pytest.mark.parametrize("what", OVERVIEW)
def test_the_overview_reads_indexes_only(what: str, belief: str) -> None:
    asked = statistics.capture(lambda conn: conn.execute(OVERVIEW[what]).all())
    read = [tables.event_failures, tables.dead_letters, tables.outbox]
    for steps, _ in statistics.plans(belief, read, asked):
        for step in steps:
            assert "Using index" in step["Extra"], step
            assert "filesort" not in step["Extra"], step
