"""An event takes effect once, however often and from wherever it is delivered."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DataError

from shared.runtime import inbox, sql
from tests.shared.runtime.private_rows import Own


def test_an_event_is_new_once_to_each_consumer(own: Own) -> None:
    def claim(consumer: str, event_id: str = "event") -> bool:
        return sql.transact(lambda tx: inbox.first_time(tx, consumer, event_id))

    other = own.name[:-1] + "."
    assert [claim(own.name), claim(own.name), claim(own.name)] == [True, False, False]
    assert [claim(other), claim(own.name, "another")] == [True, True]
    own.elsewhere(f"DELETE FROM inbox WHERE consumer = '{other}'")


def test_what_was_rolled_back_is_new_again(own: Own) -> None:
    def fails(tx: Connection) -> None:
        assert inbox.first_time(tx, own.name, "event")
        raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            sql.transact(fails)
    assert sql.transact(lambda tx: inbox.first_time(tx, own.name, "event"))


def test_of_deliveries_at_the_same_time_one_takes_effect(own: Own) -> None:
    together = threading.Barrier(4, timeout=10)

    def deliver(_: int) -> bool:
        together.wait()
        return sql.transact(lambda tx: inbox.first_time(tx, own.name, "event"))

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(deliver, range(4))) == [False, False, False, True]


def test_ids_that_begin_alike_are_not_one_event(own: Own) -> None:
    """Cut to what the column holds they would be."""
    with pytest.raises(DataError):
        sql.transact(lambda tx: inbox.first_time(tx, own.name, "x" * 191 + "1"))
    pairs = ("a", "A", " a", "á")
    assert all(sql.transact(lambda tx, e=e: inbox.first_time(tx, own.name, e)) for e in pairs)  # type: ignore[misc]
