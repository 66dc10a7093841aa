"""Transactions: whole or not at all, rerun when nothing of them is left, once when it matters."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pymysql
import pytest
from sqlalchemy import Connection, select, update

from shared.runtime import errors, inbox, sql
from shared.schema.operations import inbox as table
from tests.shared.runtime.private_rows import MOMENT, Own, thread_of
from tests.shared.runtime.proxies import Door
from tests.support.engines import disconnect

COMMIT = b"\x03COMMIT"


class Work:
    """Inserts a row, counts its runs, and does what a test wants at its run."""

    def __init__(self, own: Own, *steps: Callable[[Connection], None]) -> None:
        self.own = own
        self.steps = list(steps)
        self.runs = 0
        self.committed = 0

    def __call__(self, tx: Connection) -> str:
        self.runs += 1
        sql.after_commit(self._commit)
        tx.execute(self.own.insert("row"))
        if self.steps:
            self.steps.pop(0)(tx)
        return "done"

    def _commit(self) -> None:
        self.committed += 1


def lose(own: Own) -> Callable[[Connection], None]:
    """Return a step that has the server cut the transaction's connection."""

    def step(tx: Connection) -> None:
        own.kill(thread_of(tx))
        tx.execute(select(table.c.event_id).limit(1))

    return step


def fail(error: BaseException) -> Callable[[Connection], None]:
    def step(tx: Connection) -> None:
        raise error

    return step


def test_a_transaction_commits_and_gives_its_result(own: Own) -> None:
    work = Work(own)
    assert sql.transact(work) == "done"
    assert own.elsewhere(f"SELECT event_id FROM inbox WHERE consumer = '{own.name}'") == [("row",)]
    assert (work.runs, work.committed) == (1, 1)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), errors.NotFound("x")])
def test_any_error_rolls_back_and_goes_on_to_the_caller(own: Own, error: BaseException) -> None:
    work = Work(own, fail(error))
    with pytest.raises(type(error)) as raised:
        sql.transact(work)
    assert raised.value is error
    assert (work.runs, work.committed, own.ids()) == (1, 0, [])
    assert sql.transact(Work(own)) == "done", "its connection is good for the next one"


def test_others_see_nothing_before_the_commit(own: Own) -> None:
    def look(tx: Connection) -> None:
        assert own.elsewhere(f"SELECT 1 FROM inbox WHERE consumer = '{own.name}'") == []

    sql.transact(Work(own, look))
    assert own.ids() == ["row"]


def test_a_deadlock_is_run_again_and_both_come_through(own: Own) -> None:
    sql.transact(lambda tx: sql.insert_ignore(tx, table, [own.row("a"), own.row("b")]))
    both_hold_one = threading.Barrier(2, timeout=10)
    runs: list[str] = []

    def take(tx: Connection, event_id: str, at: int) -> None:
        here = (table.c.consumer == own.name) & (table.c.event_id == event_id)
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
    query = select(table.c.handled_at).where(table.c.consumer == own.name)
    years = sql.read(lambda c: [moment.year for moment in c.scalars(query)])
    assert years[0] == years[1], "the later one's changes stand, both of them"


def quick_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sql, "_SESSION", sql._SESSION.replace("lock_wait_timeout = 5", "lock_wait_timeout = 1")
    )
    disconnect()


def test_who_waited_too_long_for_a_lock_runs_again(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_locks(monkeypatch)
    other = own.connection()
    other.begin()
    with other.cursor() as cursor:
        cursor.execute(f"INSERT INTO inbox VALUES ('{own.name}', 'lock', NOW(6))")
    runs = []

    def work(tx: Connection) -> None:
        runs.append(1)
        if len(runs) == 2:
            other.rollback()
        tx.execute(own.insert("lock"))

    sql.transact(work)
    other.close()
    assert (len(runs), own.ids()) == (2, ["lock"])


def test_a_lock_that_is_never_free_is_503(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    quick_locks(monkeypatch)
    monkeypatch.setattr(sql, "TRIES", 1)
    other = own.connection()
    other.begin()
    with other.cursor() as cursor:
        cursor.execute(f"INSERT INTO inbox VALUES ('{own.name}', 'row', NOW(6))")
    with pytest.raises(errors.Unavailable):
        sql.transact(Work(own))
    other.rollback()
    other.close()
    assert own.ids() == []


def test_a_connection_lost_before_the_commit_is_run_again(own: Own) -> None:
    work = Work(own, lose(own))
    assert sql.transact(work) == "done"
    assert (work.runs, work.committed, own.ids()) == (2, 1, ["row"])


def test_who_is_lost_every_time_is_told_that_the_store_is_away(own: Own) -> None:
    work = Work(own, *[lose(own)] * 9)
    with pytest.raises(errors.Unavailable):
        sql.transact(work)
    assert (work.runs, work.committed, own.ids()) == (sql.TRIES, 0, [])


def test_an_error_on_a_lost_connection_is_the_works_own(own: Own) -> None:
    def step(tx: Connection) -> None:
        own.kill(thread_of(tx))
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        sql.transact(Work(own, step))
    assert sql.transact(Work(own)) == "done"
    assert own.ids() == ["row"]


def test_a_commit_of_unknown_outcome_is_503_and_not_run_again(own: Own, sql_door: Door) -> None:
    """It did commit; a second run would take effect twice."""
    sql_door.cut_after = COMMIT
    work = Work(own)
    with pytest.raises(errors.Unavailable):
        sql.transact(work)
    assert (work.runs, work.committed) == (1, 0)
    assert own.ids() == ["row"]


@pytest.mark.parametrize(
    ("cut", "first_time"),
    [("cut_after", [True, False]), ("cut_before", [True, True])],
    ids=["the commit arrived", "the commit never arrived"],
)
def test_with_an_inbox_row_a_lost_connection_at_commit_is_made_up_for(
    own: Own, sql_door: Door, cut: str, first_time: list[bool]
) -> None:
    outcomes: list[bool] = []

    def work(tx: Connection) -> None:
        outcomes.append(inbox.first_time(tx, own.name, "event"))
        if outcomes[-1]:
            tx.execute(own.insert("effect"))

    setattr(sql_door, cut, COMMIT)
    sql.transact(work)
    assert outcomes == first_time
    assert own.ids() == ["effect", "event"]


def test_what_a_transaction_promised_is_kept_by_the_run_that_committed(
    own: Own, sql_door: Door
) -> None:
    said: list[int] = []
    runs: list[int] = []

    def work(tx: Connection) -> None:
        runs.append(len(runs))
        run = runs[-1]
        sql.after_commit(lambda: said.append(run))
        inbox.first_time(tx, own.name, "event")

    sql_door.cut_before = COMMIT
    sql.transact(work)
    assert (runs, said) == ([0, 1], [1])


def test_a_promise_outside_of_a_transaction_is_a_bug() -> None:
    with pytest.raises(LookupError):
        sql.after_commit(lambda: None)


def test_a_transaction_inside_another_keeps_its_own_promises(own: Own) -> None:
    said: list[str] = []

    def inner(tx: Connection) -> None:
        sql.after_commit(lambda: said.append("inner"))

    def outer(tx: Connection) -> None:
        sql.transact(inner)
        sql.after_commit(lambda: said.append("outer"))
        assert said == ["inner"]

    sql.transact(outer)
    assert said == ["inner", "outer"]


def test_a_rerun_is_not_made_of_what_is_no_fault_of_the_connection(own: Own) -> None:
    work = Work(own, fail(pymysql.err.ProgrammingError(1064, "syntax")))
    with pytest.raises(pymysql.err.ProgrammingError):
        sql.transact(work)
    assert work.runs == 1
