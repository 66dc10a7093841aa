"""Transactions are atomic, and rerun only when no effect of the first run can remain."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pymysql
import pytest
from sqlalchemy import Connection, select, update

from shared.runtime import errors, inbox, sql
from shared.schema.operations import inbox as table
from tests.shared.runtime.private_rows import MOMENT, PrivateRows, connection_id
from tests.shared.runtime.proxies import Proxy
from tests.support.engines import disconnect

COMMIT = b"\x03COMMIT"


class InsertRow:
    """A transaction that inserts a row, counts its runs, and executes a test's step per run."""

    def __init__(self, own_rows: PrivateRows, *steps: Callable[[Connection], None]) -> None:
        self.own_rows = own_rows
        self.steps = list(steps)
        self.runs = 0
        self.committed = 0

    def __call__(self, tx: Connection) -> str:
        self.runs += 1
        sql.after_commit(self._commit)
        tx.execute(self.own_rows.insert("row"))
        if self.steps:
            self.steps.pop(0)(tx)
        return "done"

    def _commit(self) -> None:
        self.committed += 1


def lose_connection(own_rows: PrivateRows) -> Callable[[Connection], None]:
    """Return a step that makes the server kill the transaction's connection."""

    def step(tx: Connection) -> None:
        own_rows.kill(connection_id(tx))
        tx.execute(select(table.c.event_id).limit(1))

    return step


def fail(error: BaseException) -> Callable[[Connection], None]:
    def step(tx: Connection) -> None:
        raise error

    return step


def test_a_transaction_commits_and_returns_its_result(own_rows: PrivateRows) -> None:
    work = InsertRow(own_rows)
    assert sql.transact(work) == "done"
    assert own_rows.execute(f"SELECT event_id FROM inbox WHERE consumer = '{own_rows.name}'") == [
        ("row",)
    ]
    assert (work.runs, work.committed) == (1, 1)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), errors.NotFound("x")])
def test_any_error_rolls_back_and_reaches_the_caller(
    own_rows: PrivateRows, error: BaseException
) -> None:
    work = InsertRow(own_rows, fail(error))
    with pytest.raises(type(error)) as raised:
        sql.transact(work)
    assert raised.value is error
    assert (work.runs, work.committed, own_rows.ids()) == (1, 0, [])
    assert sql.transact(InsertRow(own_rows)) == "done", (
        "the connection is usable for the next transaction"
    )


def test_others_see_nothing_before_the_commit(own_rows: PrivateRows) -> None:
    def look(tx: Connection) -> None:
        assert own_rows.execute(f"SELECT 1 FROM inbox WHERE consumer = '{own_rows.name}'") == []

    sql.transact(InsertRow(own_rows, look))
    assert own_rows.ids() == ["row"]


def test_a_deadlock_is_rerun_and_both_succeed(own_rows: PrivateRows) -> None:
    sql.transact(lambda tx: sql.insert_ignore(tx, table, [own_rows.row("a"), own_rows.row("b")]))
    both_hold_one = threading.Barrier(2, timeout=10)
    runs: list[str] = []

    def take(tx: Connection, event_id: str, at: int) -> None:
        here = (table.c.consumer == own_rows.name) & (table.c.event_id == event_id)
        moment = MOMENT.replace(year=at)
        tx.execute(update(table).where(here).values(handled_at=moment))

    def transfer(first: str, second: str, year: int) -> None:
        def work(tx: Connection) -> None:
            runs.append(first)
            take(tx, first, year)
            if runs.count(first) == 1:
                both_hold_one.wait()
            take(tx, second, year)

        sql.transact(work)

    with ThreadPoolExecutor(2) as threads:
        results = [
            threads.submit(transfer, *order) for order in (("a", "b", 2001), ("b", "a", 2002))
        ]
        for result in results:
            result.result(20)
    assert sorted(runs) in (["a", "a", "b"], ["a", "b", "b"]), "one of them ran twice"
    query = select(table.c.handled_at).where(table.c.consumer == own_rows.name)
    years = sql.read(lambda c: [moment.year for moment in c.scalars(query)])
    assert years[0] == years[1], "both changes of the later transaction remain"


def quick_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sql, "_SESSION", sql._SESSION.replace("lock_wait_timeout = 5", "lock_wait_timeout = 1")
    )
    disconnect()


def test_a_lock_timeout_is_rerun(own_rows: PrivateRows, monkeypatch: pytest.MonkeyPatch) -> None:
    quick_locks(monkeypatch)
    other = own_rows.connection()
    other.begin()
    with other.cursor() as cursor:
        cursor.execute(f"INSERT INTO inbox VALUES ('{own_rows.name}', 'lock', NOW(6))")
    runs = []

    def work(tx: Connection) -> None:
        runs.append(1)
        if len(runs) == 2:
            other.rollback()
        tx.execute(own_rows.insert("lock"))

    sql.transact(work)
    other.close()
    assert (len(runs), own_rows.ids()) == (2, ["lock"])


def test_a_lock_that_is_never_free_is_503(
    own_rows: PrivateRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_locks(monkeypatch)
    monkeypatch.setattr(sql, "TRIES", 1)
    other = own_rows.connection()
    other.begin()
    with other.cursor() as cursor:
        cursor.execute(f"INSERT INTO inbox VALUES ('{own_rows.name}', 'row', NOW(6))")
    with pytest.raises(errors.Unavailable):
        sql.transact(InsertRow(own_rows))
    other.rollback()
    other.close()
    assert own_rows.ids() == []


def test_a_connection_lost_before_the_commit_is_rerun(own_rows: PrivateRows) -> None:
    work = InsertRow(own_rows, lose_connection(own_rows))
    assert sql.transact(work) == "done"
    assert (work.runs, work.committed, own_rows.ids()) == (2, 1, ["row"])


def test_a_connection_lost_on_every_run_is_unavailable(own_rows: PrivateRows) -> None:
    work = InsertRow(own_rows, *[lose_connection(own_rows)] * 9)
    with pytest.raises(errors.Unavailable):
        sql.transact(work)
    assert (work.runs, work.committed, own_rows.ids()) == (sql.TRIES, 0, [])


def test_the_works_own_error_on_a_lost_connection_is_raised(own_rows: PrivateRows) -> None:
    def step(tx: Connection) -> None:
        own_rows.kill(connection_id(tx))
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        sql.transact(InsertRow(own_rows, step))
    assert sql.transact(InsertRow(own_rows)) == "done"
    assert own_rows.ids() == ["row"]


def test_a_commit_of_unknown_outcome_is_503_and_not_rerun(
    own_rows: PrivateRows, sql_proxy: Proxy
) -> None:
    """It did commit, so a second run would take effect twice."""
    sql_proxy.cut_after = COMMIT
    work = InsertRow(own_rows)
    with pytest.raises(errors.Unavailable):
        sql.transact(work)
    assert (work.runs, work.committed) == (1, 0)
    assert own_rows.ids() == ["row"]


@pytest.mark.parametrize(
    ("cut", "first_time"),
    [("cut_after", [True, False]), ("cut_before", [True, True])],
    ids=["the commit arrived", "the commit never arrived"],
)
def test_with_an_inbox_row_a_connection_lost_at_commit_is_recovered(
    own_rows: PrivateRows, sql_proxy: Proxy, cut: str, first_time: list[bool]
) -> None:
    outcomes: list[bool] = []

    def work(tx: Connection) -> None:
        outcomes.append(inbox.first_time(tx, own_rows.name, "event"))
        if outcomes[-1]:
            tx.execute(own_rows.insert("effect"))

    setattr(sql_proxy, cut, COMMIT)
    sql.transact(work)
    assert outcomes == first_time
    assert own_rows.ids() == ["effect", "event"]


def test_only_the_committed_run_keeps_its_promises(own_rows: PrivateRows, sql_proxy: Proxy) -> None:
    promised: list[int] = []
    runs: list[int] = []

    def work(tx: Connection) -> None:
        runs.append(len(runs))
        run = runs[-1]
        sql.after_commit(lambda: promised.append(run))
        inbox.first_time(tx, own_rows.name, "event")

    sql_proxy.cut_before = COMMIT
    sql.transact(work)
    assert (runs, promised) == ([0, 1], [1])


def test_a_promise_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(LookupError):
        sql.after_commit(lambda: None)


def test_a_transaction_inside_another_keeps_its_own_promises(own_rows: PrivateRows) -> None:
    promised: list[str] = []

    def inner(tx: Connection) -> None:
        sql.after_commit(lambda: promised.append("inner"))

    def outer(tx: Connection) -> None:
        sql.transact(inner)
        sql.after_commit(lambda: promised.append("outer"))
        assert promised == ["inner"]

    sql.transact(outer)
    assert promised == ["inner", "outer"]


def test_an_error_unrelated_to_the_connection_is_not_rerun(own_rows: PrivateRows) -> None:
    work = InsertRow(own_rows, fail(pymysql.err.ProgrammingError(1064, "syntax")))
    with pytest.raises(pymysql.err.ProgrammingError):
        sql.transact(work)
    assert work.runs == 1
