"""A database that is unavailable, hangs or has restarted: 503 quickly, and a quick recovery."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from shared.runtime import errors, sql
from tests.shared.runtime.private_rows import PrivateRows, connection_id
from tests.shared.runtime.proxies import Proxy
from tests.support.engines import disconnect

POOL = 4


def select_one(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT 1")) or 0)


BOTH: list[Callable[[Callable[[Connection], int]], int]] = [sql.read, sql.transact]
both = pytest.mark.parametrize("run", BOTH)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < seconds


def fill_the_pool() -> list[int]:
    """Open every connection of the pool and return it."""
    together = threading.Barrier(POOL, timeout=10)

    def use(connection: Connection) -> int:
        together.wait()
        return connection_id(connection)

    with ThreadPoolExecutor(POOL) as threads:
        return sorted(threads.map(lambda _: sql.read(use), range(POOL)))


@both
def test_an_unavailable_database_is_503_at_once_and_recovers(
    sql_proxy: Proxy, run: Callable[[Any], Any]
) -> None:
    assert run(select_one) == 1
    sql_proxy.close()
    for _ in range(2):
        with within(2), pytest.raises(errors.Unavailable):
            run(select_one)
    sql_proxy.open()
    with within(2):
        assert run(select_one) == 1


@both
def test_the_first_caller_after_a_restart_is_served_despite_dead_connections(
    sql_proxy: Proxy, run: Callable[[Any], Any]
) -> None:
    """All pooled connections are dead; trying them one by one would exceed the retries."""
    assert len(set(fill_the_pool())) == POOL
    sql_proxy.drop_connections()
    assert run(select_one) == 1


@both
def test_a_dead_connection_is_replaced(own_rows: PrivateRows, run: Callable[[Any], Any]) -> None:
    own_rows.kill(sql.read(connection_id))
    assert run(select_one) == 1


def test_a_read_that_lost_its_connection_is_retried_once(own_rows: PrivateRows) -> None:
    runs: list[int] = []

    def losing(times: int) -> Callable[[Connection], int]:
        def work(connection: Connection) -> int:
            runs.append(1)
            if len(runs) <= times:
                own_rows.kill(connection_id(connection))
            return select_one(connection)

        return work

    assert sql.read(losing(1)) == 1
    assert len(runs) == 2
    runs.clear()
    with pytest.raises(errors.Unavailable):
        sql.read(losing(9))
    assert len(runs) == 2


def test_a_read_with_a_bug_runs_once(runtime_sql: str) -> None:
    runs: list[int] = []

    def work(connection: Connection) -> None:
        runs.append(1)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        sql.read(work)
    assert runs == [1]


@both
@pytest.mark.parametrize("server_url", ["mariadb"], indirect=True)  # two seconds each
def test_a_database_that_hangs_is_503_within_its_timeouts(
    sql_proxy: Proxy, run: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sql._options
    quick = {"connect_timeout": 1, "read_timeout": 1, "write_timeout": 1}
    monkeypatch.setattr(sql, "_options", lambda: {**real(), **quick})
    monkeypatch.setattr(sql, "TRIES", 2)
    disconnect()
    assert run(select_one) == 1
    sql_proxy.stall()
    with within(5), pytest.raises(errors.Unavailable):
        run(select_one)
    sql_proxy.resume()
    assert run(select_one) == 1


def test_the_timeouts_of_a_connection_leave_a_statement_its_time() -> None:
    options = sql._options()
    assert options["connect_timeout"] == sql.CONNECT_TIMEOUT_SECONDS
    assert options["read_timeout"] > sql.STATEMENT_TIMEOUT_SECONDS


@both
def test_an_exhausted_pool_is_a_retryable_error(
    runtime_sql: str, run: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "POOL_WAIT_SECONDS", 0.2)
    disconnect()
    all_taken, enough = threading.Barrier(POOL + 1, timeout=10), threading.Event()

    def hold(connection: Connection) -> int:
        all_taken.wait()
        enough.wait(10)
        return select_one(connection)

    with ThreadPoolExecutor(POOL) as threads:
        held = [threads.submit(sql.read, hold) for _ in range(POOL)]
        all_taken.wait()
        with within(2), pytest.raises(errors.Unavailable):
            run(select_one)
        enough.set()
        assert [one.result(10) for one in held] == [1] * POOL
    assert run(select_one) == 1


def test_a_wrong_password_is_our_bug(runtime_sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQL_URL", runtime_sql.replace("root:@", "nobody:hunter2@"))
    disconnect()
    with pytest.raises(OperationalError) as raised:
        sql.read(select_one)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "unavailable"),
    [
        (2003, True),  # cannot connect
        (2006, True),  # server has gone away
        (2013, True),  # lost
        (1040, True),  # too many connections
        (1203, True),  # too many of this user
        (1053, True),  # shutting down
        (1205, True),  # lock wait
        (1213, True),  # deadlock
        (1290, True),  # read-only
        (1317, True),  # interrupted
        (1836, True),  # read-only
        (1927, True),  # killed
        (1969, True),  # statement time, MariaDB
        (3024, True),  # statement time, MySQL
        (4031, True),  # idle
        (1045, False),  # access denied
        (1054, False),  # unknown column
        (1064, False),  # syntax
        (1146, False),  # no such table
        (1062, False),  # duplicate
        (1406, False),  # too long
    ],
)
def test_a_server_error_is_unavailable_or_a_bug(code: int, unavailable: bool) -> None:
    error = pymysql.err.OperationalError(code, "said by the server")
    found = sql._translated(OperationalError("SELECT 1", {}, error))
    assert isinstance(found, errors.Unavailable) == unavailable
    assert isinstance(sql._translated(error), errors.Unavailable) == unavailable
