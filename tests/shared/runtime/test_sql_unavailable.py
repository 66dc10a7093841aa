"""A database that is away, hangs or has restarted: 503 soon, and good again at once."""

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
from tests.shared.runtime.private_rows import Own, thread_of
from tests.shared.runtime.proxies import Door
from tests.support.engines import disconnect

POOL = 4


def ask(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT 1")) or 0)


BOTH: list[Callable[[Callable[[Connection], int]], int]] = [sql.read, sql.transact]
both = pytest.mark.parametrize("run", BOTH)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < seconds


def fill_the_pool() -> list[int]:
    """Have every connection of the pool opened and given back."""
    together = threading.Barrier(POOL, timeout=10)

    def use(connection: Connection) -> int:
        together.wait()
        return thread_of(connection)

    with ThreadPoolExecutor(POOL) as threads:
        return sorted(threads.map(lambda _: sql.read(use), range(POOL)))


@both
def test_a_database_that_is_away_is_503_at_once_and_good_when_it_is_back(
    sql_door: Door, run: Callable[[Any], Any]
) -> None:
    assert run(ask) == 1
    sql_door.shut()
    for _ in range(2):
        with at_most(2), pytest.raises(errors.Unavailable):
            run(ask)
    sql_door.open()
    with at_most(2):
        assert run(ask) == 1


@both
def test_after_a_restart_the_first_caller_is_served_whatever_the_pool_holds(
    sql_door: Door, run: Callable[[Any], Any]
) -> None:
    """Every pooled connection is dead then; one after another would be too many tries."""
    assert len(set(fill_the_pool())) == POOL
    sql_door.cut()
    assert run(ask) == 1


@both
def test_a_dead_connection_is_replaced(own: Own, run: Callable[[Any], Any]) -> None:
    own.kill(sql.read(thread_of))
    assert run(ask) == 1


def test_a_read_that_lost_its_connection_runs_once_more_and_no_more(own: Own) -> None:
    runs: list[int] = []

    def losing(times: int) -> Callable[[Connection], int]:
        def work(connection: Connection) -> int:
            runs.append(1)
            if len(runs) <= times:
                own.kill(thread_of(connection))
            return ask(connection)

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
    sql_door: Door, run: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sql._options
    quick = {"connect_timeout": 1, "read_timeout": 1, "write_timeout": 1}
    monkeypatch.setattr(sql, "_options", lambda: {**real(), **quick})
    monkeypatch.setattr(sql, "TRIES", 2)
    disconnect()
    assert run(ask) == 1
    sql_door.hold()
    with at_most(5), pytest.raises(errors.Unavailable):
        run(ask)
    sql_door.go_on()
    assert run(ask) == 1


def test_the_timeouts_of_a_connection_leave_a_statement_its_time() -> None:
    options = sql._options()
    assert options["connect_timeout"] == sql.CONNECT_TIMEOUT_SECONDS
    assert options["read_timeout"] > sql.STATEMENT_TIMEOUT_SECONDS


@both
def test_who_finds_no_free_connection_is_told_to_come_again(
    runtime_sql: str, run: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "POOL_WAIT_SECONDS", 0.2)
    disconnect()
    all_taken, enough = threading.Barrier(POOL + 1, timeout=10), threading.Event()

    def hold(connection: Connection) -> int:
        all_taken.wait()
        enough.wait(10)
        return ask(connection)

    with ThreadPoolExecutor(POOL) as threads:
        held = [threads.submit(sql.read, hold) for _ in range(POOL)]
        all_taken.wait()
        with at_most(2), pytest.raises(errors.Unavailable):
            run(ask)
        enough.set()
        assert [one.result(10) for one in held] == [1] * POOL
    assert run(ask) == 1


def test_a_wrong_password_is_a_bug_of_ours(
    runtime_sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQL_URL", runtime_sql.replace("root:@", "nobody:hunter2@"))
    disconnect()
    with pytest.raises(OperationalError) as raised:
        sql.read(ask)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "away"),
    [
        (2003, True),  # cannot connect
        (2006, True),  # gone away
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
def test_what_the_server_says_is_away_or_a_bug(code: int, away: bool) -> None:
    error = pymysql.err.OperationalError(code, "said by the server")
    found = sql._translated(OperationalError("SELECT 1", {}, error))
    assert isinstance(found, errors.Unavailable) == away
    assert isinstance(sql._translated(error), errors.Unavailable) == away
