"""Upserts: one statement for many rows on both engines, and correct counts."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DataError

from shared.runtime import sql
from shared.schema.operations import event_failures, inbox
from tests.shared.runtime.private_rows import MOMENT, PrivateRows
from tests.shared.runtime.proxies import Proxy

pytestmark = pytest.mark.usefixtures("runtime_sql")
MANY = 500
LATER = MOMENT.replace(year=2027)


@pytest.fixture
def failures(own_rows: PrivateRows) -> Iterator[None]:
    yield
    own_rows.execute(f"DELETE FROM event_failures WHERE consumer = '{own_rows.name}'")


def failure(
    own_rows: PrivateRows, event_id: str, reason: str, at: datetime = MOMENT
) -> dict[str, Any]:
    return {
        "consumer": own_rows.name,
        "event_id": event_id,
        "attempts": 1,
        "reason": reason,
        "first_failed_at": at,
        "last_failed_at": at,
    }


def record(own_rows: PrivateRows, *rows: dict[str, Any]) -> int:
    update = {
        "attempts": event_failures.c.attempts + 1,
        **sql.new_values("reason", "last_failed_at"),
    }
    return sql.transact(lambda tx: sql.upsert(tx, event_failures, rows, update))


def recorded(own_rows: PrivateRows) -> list[tuple[Any, ...]]:
    columns = event_failures.c
    query = select(columns.event_id, columns.attempts, columns.reason, columns.first_failed_at)
    query = query.where(columns.consumer == own_rows.name).order_by(columns.event_id)
    return sql.read(lambda c: [tuple(row) for row in c.execute(query)])


def test_an_upsert_inserts_and_updates_side_by_side(own_rows: PrivateRows, failures: None) -> None:
    record(own_rows, failure(own_rows, "a", "first"))
    record(own_rows, failure(own_rows, "a", "second", LATER), failure(own_rows, "b", "new", LATER))
    assert recorded(own_rows) == [("a", 2, "second", MOMENT), ("b", 1, "new", LATER)]


def test_only_named_columns_take_the_new_rows_value(own_rows: PrivateRows, failures: None) -> None:
    for reason, at in (("first", MOMENT), ("100% 'new' \\ %s :x", LATER)):
        row = failure(own_rows, "a", reason, at)
        sql.transact(lambda tx, row=row: sql.upsert(tx, event_failures, [row], ["reason"]))  # type: ignore[misc]
    assert recorded(own_rows) == [("a", 1, "100% 'new' \\ %s :x", MOMENT)]


def test_an_upsert_counts_as_mysql_does(own_rows: PrivateRows, failures: None) -> None:
    assert record(own_rows, failure(own_rows, "a", "x")) == 1
    assert record(own_rows, failure(own_rows, "a", "x")) == 2
    assert record(own_rows, failure(own_rows, "a", "x"), failure(own_rows, "b", "x")) == 3


def test_an_empty_write_sends_no_statement(own_rows: PrivateRows) -> None:
    def work(tx: Connection) -> tuple[int, int]:
        before = statements(tx)
        found = sql.upsert(tx, inbox, [], ["handled_at"]), sql.insert_ignore(tx, inbox, [])
        assert statements(tx) == before
        return found

    assert sql.transact(work) == (0, 0)


def test_existing_rows_are_kept_and_new_ones_counted(own_rows: PrivateRows) -> None:
    def insert(at: datetime, *ids: str) -> int:
        rows = [own_rows.row(name, at) for name in ids]
        return sql.transact(lambda tx: sql.insert_ignore(tx, inbox, rows))

    assert insert(MOMENT, "a", "b") == 2
    assert insert(LATER, "a", "b") == 0
    assert insert(LATER, "a", "c", "d", "c") == 2
    query = select(inbox.c.event_id, inbox.c.handled_at).where(inbox.c.consumer == own_rows.name)
    found = sql.read(lambda c: dict(tuple(row) for row in c.execute(query)))
    assert found == {"a": MOMENT, "b": MOMENT, "c": LATER, "d": LATER}


def test_a_value_that_is_too_long_is_refused_not_truncated(own_rows: PrivateRows) -> None:
    """Truncated, two events would share a row and the second would count as handled."""
    row = own_rows.row("x" * 192)
    with pytest.raises(DataError):
        sql.transact(lambda tx: sql.insert_ignore(tx, inbox, [row]))
    assert own_rows.ids() == []


def statements(tx: Connection) -> int:
    """Return how many INSERT statements this session has run."""
    row = tx.exec_driver_sql("SHOW SESSION STATUS LIKE 'Com_insert'").one()
    return int(row[1])


@pytest.mark.parametrize("way", ["named", "expressions", "ignore"])
def test_many_rows_are_one_statement(own_rows: PrivateRows, failures: None, way: str) -> None:
    rows = [failure(own_rows, f"{number:04}", f"reason {number}") for number in range(MANY)]
    ignored = [own_rows.row(f"{number:04}") for number in range(MANY)]

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


def test_many_rows_are_one_round_trip(own_rows: PrivateRows, sql_proxy: Proxy) -> None:
    rows = [own_rows.row(f"{number:04}") for number in range(MANY)]

    def work(tx: Connection) -> None:
        sql_proxy.record = True
        sql.insert_ignore(tx, inbox, rows)
        sql_proxy.record = False

    sql.transact(work)
    sent = bytes(sql_proxy.seen)
    assert (sent.count(b"INSERT INTO"), sent.count(own_rows.name.encode())) == (1, MANY)


def test_a_read_is_one_round_trip(sql_proxy: Proxy) -> None:
    query = select(inbox.c.event_id).limit(1)
    sql.read(lambda c: c.execute(query).all())
    sql_proxy.record = True
    sql.read(lambda c: c.execute(query).all())
    sql_proxy.record = False
    assert re.findall(rb"\x00\x00\x00\x03([A-Z]+)", bytes(sql_proxy.seen)) == [b"SELECT"]


def test_a_transaction_is_its_statements_between_begin_and_commit(
    own_rows: PrivateRows, sql_proxy: Proxy
) -> None:
    sql.read(lambda c: c.execute(select(1)))
    sql_proxy.record = True
    sql.transact(lambda tx: tx.execute(own_rows.insert("a")))
    sql_proxy.record = False
    sent = re.findall(rb"\x00\x00\x00\x03([A-Z]+)", bytes(sql_proxy.seen))
    assert sent == [b"BEGIN", b"INSERT", b"COMMIT"]


def test_values_in_an_upserts_expression_are_stored_unchanged(
    own_rows: PrivateRows, failures: None
) -> None:
    odd = "100% 'x' \"y\" \\ %s :z é🙂"
    update = {"reason": func.concat(event_failures.c.reason, odd)}
    for count in (1, 2):
        rows = [failure(own_rows, f"{number}", "was ") for number in range(count)]
        sql.transact(lambda tx, rows=rows: sql.upsert(tx, event_failures, rows, update))  # type: ignore[misc]
    assert [reason for _, _, reason, _ in recorded(own_rows)] == [f"was {odd}", "was "]
