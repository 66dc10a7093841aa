"""Upserts: one statement for many rows on both engines, and counts that mean what they say."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DataError

from shared.runtime import sql
from shared.schema.operations import event_failures, inbox
from tests.shared.runtime.private_rows import MOMENT, Own
from tests.shared.runtime.proxies import Door

pytestmark = pytest.mark.usefixtures("runtime_sql")
MANY = 500
LATER = MOMENT.replace(year=2027)


@pytest.fixture
def failures(own: Own) -> Iterator[None]:
    yield
    own.elsewhere(f"DELETE FROM event_failures WHERE consumer = '{own.name}'")


def failure(own: Own, event_id: str, reason: str, at: datetime = MOMENT) -> dict[str, Any]:
    return {
        "consumer": own.name,
        "event_id": event_id,
        "attempts": 1,
        "reason": reason,
        "first_failed_at": at,
        "last_failed_at": at,
    }


def note(own: Own, *rows: dict[str, Any]) -> int:
    update = {
        "attempts": event_failures.c.attempts + 1,
        **sql.new_values("reason", "last_failed_at"),
    }
    return sql.transact(lambda tx: sql.upsert(tx, event_failures, rows, update))


def noted(own: Own) -> list[tuple[Any, ...]]:
    columns = event_failures.c
    query = select(columns.event_id, columns.attempts, columns.reason, columns.first_failed_at)
    query = query.where(columns.consumer == own.name).order_by(columns.event_id)
    return sql.read(lambda c: [tuple(row) for row in c.execute(query)])


def test_an_upsert_inserts_and_updates_side_by_side(own: Own, failures: None) -> None:
    note(own, failure(own, "a", "first"))
    note(own, failure(own, "a", "second", LATER), failure(own, "b", "new", LATER))
    assert noted(own) == [("a", 2, "second", MOMENT), ("b", 1, "new", LATER)]


def test_named_columns_take_the_new_rows_value_and_no_others(own: Own, failures: None) -> None:
    for reason, at in (("first", MOMENT), ("100% 'new' \\ %s :x", LATER)):
        row = failure(own, "a", reason, at)
        sql.transact(lambda tx, row=row: sql.upsert(tx, event_failures, [row], ["reason"]))  # type: ignore[misc]
    assert noted(own) == [("a", 1, "100% 'new' \\ %s :x", MOMENT)]


def test_an_upsert_counts_as_mysql_does(own: Own, failures: None) -> None:
    assert note(own, failure(own, "a", "x")) == 1
    assert note(own, failure(own, "a", "x")) == 2
    assert note(own, failure(own, "a", "x"), failure(own, "b", "x")) == 3


def test_nothing_to_write_asks_the_database_nothing(own: Own) -> None:
    def work(tx: Connection) -> tuple[int, int]:
        before = statements(tx)
        found = sql.upsert(tx, inbox, [], ["handled_at"]), sql.insert_ignore(tx, inbox, [])
        assert statements(tx) == before
        return found

    assert sql.transact(work) == (0, 0)


def test_rows_that_are_there_are_left_and_the_new_ones_counted(own: Own) -> None:
    def insert(at: datetime, *ids: str) -> int:
        rows = [own.row(name, at) for name in ids]
        return sql.transact(lambda tx: sql.insert_ignore(tx, inbox, rows))

    assert insert(MOMENT, "a", "b") == 2
    assert insert(LATER, "a", "b") == 0
    assert insert(LATER, "a", "c", "d", "c") == 2
    query = select(inbox.c.event_id, inbox.c.handled_at).where(inbox.c.consumer == own.name)
    found = sql.read(lambda c: dict(tuple(row) for row in c.execute(query)))
    assert found == {"a": MOMENT, "b": MOMENT, "c": LATER, "d": LATER}


def test_what_is_too_long_is_refused_not_cut(own: Own) -> None:
    """Cut, two events would share a row, and the second would be taken for handled."""
    row = own.row("x" * 192)
    with pytest.raises(DataError):
        sql.transact(lambda tx: sql.insert_ignore(tx, inbox, [row]))
    assert own.ids() == []


def statements(tx: Connection) -> int:
    """Return how many INSERT statements this connection's server session has run."""
    row = tx.exec_driver_sql("SHOW SESSION STATUS LIKE 'Com_insert'").one()
    return int(row[1])


@pytest.mark.parametrize("way", ["named", "expressions", "ignore"])
def test_many_rows_are_one_statement(own: Own, failures: None, way: str) -> None:
    rows = [failure(own, f"{number:04}", f"reason {number}") for number in range(MANY)]
    ignored = [own.row(f"{number:04}") for number in range(MANY)]

    def write(tx: Connection) -> int:
        if way == "ignore":
            return sql.insert_ignore(tx, inbox, ignored)
        if way == "named":
            return sql.upsert(tx, event_failures, rows, ["reason", "last_failed_at"])
        update = {
            "attempts": event_failures.c.attempts + 1,
            "reason": func.concat(event_failures.c.reason, "100% 'x' \\ :y"),
            **sql.new_values("last_failed_at"),
        }
        return sql.upsert(tx, event_failures, rows, update)

    def work(tx: Connection) -> tuple[int, int]:
        before = statements(tx)
        affected = write(tx)
        return affected, statements(tx) - before

    assert sql.transact(work) == (MANY, 1)


def test_many_rows_are_one_round_trip(own: Own, sql_door: Door) -> None:
    rows = [own.row(f"{number:04}") for number in range(MANY)]

    def work(tx: Connection) -> None:
        sql_door.record = True
        sql.insert_ignore(tx, inbox, rows)
        sql_door.record = False

    sql.transact(work)
    sent = bytes(sql_door.seen)
    assert (sent.count(b"INSERT INTO"), sent.count(own.name.encode())) == (1, MANY)


def test_a_read_is_one_round_trip(sql_door: Door) -> None:
    query = select(inbox.c.event_id).limit(1)
    sql.read(lambda c: c.execute(query).all())
    sql_door.record = True
    sql.read(lambda c: c.execute(query).all())
    sql_door.record = False
    assert re.findall(rb"\x00\x00\x00\x03([A-Z]+)", bytes(sql_door.seen)) == [b"SELECT"]


def test_a_transaction_is_its_statements_between_begin_and_commit(own: Own, sql_door: Door) -> None:
    sql.read(lambda c: c.execute(select(1)))
    sql_door.record = True
    sql.transact(lambda tx: tx.execute(own.insert("a")))
    sql_door.record = False
    sent = re.findall(rb"\x00\x00\x00\x03([A-Z]+)", bytes(sql_door.seen))
    assert sent == [b"BEGIN", b"INSERT", b"COMMIT"]


def test_values_in_an_upserts_expression_arrive_as_they_are(own: Own, failures: None) -> None:
    odd = "100% 'x' \"y\" \\ %s :z é🙂"
    update = {"reason": func.concat(event_failures.c.reason, odd)}
    for count in (1, 2):
        rows = [failure(own, f"{number}", "was ") for number in range(count)]
        sql.transact(lambda tx, rows=rows: sql.upsert(tx, event_failures, rows, update))  # type: ignore[misc]
    assert [reason for _, _, reason, _ in noted(own)] == [f"was {odd}", "was "]
