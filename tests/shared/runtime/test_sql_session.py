"""Both engines give connections the settings that the code relies on, and keep moments exact."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pymysql import err
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError

from shared.runtime import errors, sql
from shared.schema.operations import inbox
from tests.shared.runtime.private_rows import PrivateRows
from tests.support.engines import disconnect

pytestmark = pytest.mark.usefixtures("runtime_sql")


def scalar(statement: str, **values: Any) -> Any:
    return sql.read(lambda connection: connection.scalar(text(statement), values))


def variable(*names: str) -> str:
    """Return the first of these session variables that this engine has; some names differ."""

    def ask(connection: Connection) -> str:
        listed = "', '".join(names)
        query = text(f"SHOW SESSION VARIABLES WHERE Variable_name IN ('{listed}')")
        return str(connection.execute(query).all()[0][1])

    return sql.read(ask)


def test_the_isolation_is_read_committed() -> None:
    assert variable("transaction_isolation", "tx_isolation") == "READ-COMMITTED"


def test_a_transaction_sees_what_others_committed_meanwhile(own_rows: PrivateRows) -> None:
    """Under repeatable read, both counts would be the same."""

    def count(tx: Connection) -> int:
        query = text("SELECT COUNT(*) FROM inbox WHERE consumer = :consumer")
        return int(tx.scalar(query, {"consumer": own_rows.name}) or 0)

    def twice(tx: Connection) -> tuple[int, int]:
        before = count(tx)
        own_rows.execute(
            f"INSERT INTO inbox VALUES ('{own_rows.name}', 'a', '2026-03-01 00:00:00.000000')"
        )
        return before, count(tx)

    assert sql.transact(twice) == (0, 1)


def test_the_clock_is_utc() -> None:
    assert variable("time_zone") == "+00:00"
    there: datetime = scalar("SELECT NOW(6)")
    assert abs(there.replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ("'c', NULL, '2026-03-01'", IntegrityError),
        ("REPEAT('x', 27), 'e', '2026-03-01'", DataError),
        ("'c', 'e', '0000-00-00'", OperationalError),
        ("'c', 'e', '2026-02-30'", OperationalError),
        ("'c', 'e', 'noon'", OperationalError),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    own_rows: PrivateRows, values: str, problem: type[Exception]
) -> None:
    with pytest.raises((problem, DataError)):
        sql.transact(lambda tx: tx.execute(text(f"INSERT INTO inbox VALUES ({values})")))


def test_division_by_zero_is_refused_in_a_write(own_rows: PrivateRows) -> None:
    statement = text(f"INSERT INTO inbox VALUES ('{own_rows.name}', 1 / 0, NOW(6))")
    with pytest.raises((DataError, OperationalError)):
        sql.transact(lambda tx: tx.execute(statement))


def test_an_ambiguous_group_by_is_refused() -> None:
    query = "SELECT consumer, event_id FROM inbox GROUP BY consumer"
    with pytest.raises(OperationalError, match=r"1055|GROUP BY"):
        scalar(query)


def test_a_read_that_takes_too_long_is_stopped_by_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shorter = sql._SESSION.replace("max_statement_time = 10", "max_statement_time = 0.2")
    shorter = shorter.replace("max_execution_time = 10000", "max_execution_time = 200")
    assert shorter.count("200") == 1
    monkeypatch.setattr(sql, "_SESSION", shorter)
    disconnect()
    started = time.perf_counter()
    slow = "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE SLEEP(5)"
    with pytest.raises(errors.Unavailable):
        scalar(slow)
    assert time.perf_counter() - started < 3
    assert scalar("SELECT 1") == 1


def test_the_statement_timeout_is_set() -> None:
    assert float(variable("max_statement_time", "max_execution_time")) in {10.0, 10_000.0}


def test_the_lock_timeout_is_five_seconds() -> None:
    assert variable("innodb_lock_wait_timeout") == "5"


def test_connections_are_in_autocommit_and_leave_no_transaction_open(own_rows: PrivateRows) -> None:
    assert variable("autocommit") == "ON"
    sql.read(lambda connection: connection.execute(own_rows.insert("a")))
    assert own_rows.ids() == ["a"], "a statement outside a transaction commits"


def test_four_byte_text_is_stored_and_ids_are_compared_bytewise(own_rows: PrivateRows) -> None:
    names = ["é", "É", "e", "ß", "ss", "🙂", " e"]
    sql.transact(lambda tx: sql.insert_ignore(tx, inbox, [own_rows.row(name) for name in names]))
    assert sorted(own_rows.ids()) == sorted(names)


MOMENTS = [
    datetime(2026, 3, 1, 12, 0, 0, 1, UTC),
    datetime(2026, 3, 1, 12, 0, 0, 999_999, UTC),
    datetime(2026, 3, 1, 12, 0, 0, 0, UTC),
    datetime(2026, 3, 1, 0, 30, 0, 5, timezone(timedelta(hours=5, minutes=30))),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_is_stored_to_the_microsecond(own_rows: PrivateRows, moment: datetime) -> None:
    def round_trip(tx: Connection) -> datetime | None:
        tx.execute(inbox.insert(), own_rows.row("a", moment))
        query = select(inbox.c.handled_at).where(
            inbox.c.consumer == own_rows.name, inbox.c.handled_at == moment
        )
        return tx.scalar(query)

    found = sql.transact(round_trip)
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


def test_a_moment_without_its_zone_is_refused(own_rows: PrivateRows) -> None:
    naive = datetime(2026, 3, 1, 12)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without an offset"):
        sql.transact(lambda tx: tx.execute(inbox.insert(), own_rows.row("a", naive)))
    assert own_rows.ids() == []


def test_an_error_never_shows_the_values_of_a_statement(own_rows: PrivateRows) -> None:
    """They are players' data, and errors are written to logs and dead letters."""
    secret = "hunter2" * 30
    with pytest.raises(DataError) as raised:
        sql.transact(lambda tx: tx.execute(inbox.insert(), own_rows.row(secret)))
    assert isinstance(raised.value.orig, err.MySQLError)
    assert secret not in str(raised.value)
    assert secret not in repr(raised.value)


def test_wrong_sql_is_a_bug_and_not_retried() -> None:
    with pytest.raises(Exception, match="nonsense") as raised:
        scalar("SELECT nonsense FROM inbox")
    assert not isinstance(raised.value, errors.Unavailable)


def test_a_row_that_violates_a_constraint_is_a_bug(own_rows: PrivateRows) -> None:
    for problem in (None, IntegrityError):
        if problem is None:
            sql.transact(lambda tx: tx.execute(own_rows.insert("a")))
        else:
            with pytest.raises(problem):
                sql.transact(lambda tx: tx.execute(own_rows.insert("a")))
