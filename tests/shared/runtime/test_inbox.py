"""An event takes effect once, however often it is delivered."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DataError

from shared.runtime import inbox, sql
from tests.shared.runtime.private_rows import PrivateRows


def test_an_event_is_new_once_per_consumer(own_rows: PrivateRows) -> None:
    def claim(consumer: str, event_id: str = "event") -> bool:
        return sql.transact(lambda tx: inbox.first_time(tx, consumer, event_id))

    other = own_rows.name[:-1] + "."
    assert [claim(own_rows.name), claim(own_rows.name), claim(own_rows.name)] == [
        True,
        False,
        False,
    ]
    assert [claim(other), claim(own_rows.name, "another")] == [True, True]
    own_rows.execute(f"DELETE FROM inbox WHERE consumer = '{other}'")


def test_a_rolled_back_event_is_new_again(own_rows: PrivateRows) -> None:
    def fails(tx: Connection) -> None:
        assert inbox.first_time(tx, own_rows.name, "event")
        raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            sql.transact(fails)
    assert sql.transact(lambda tx: inbox.first_time(tx, own_rows.name, "event"))


def test_one_of_several_concurrent_deliveries_takes_effect(own_rows: PrivateRows) -> None:
    together = threading.Barrier(4, timeout=10)

    def deliver(_: int) -> bool:
        together.wait()
        return sql.transact(lambda tx: inbox.first_time(tx, own_rows.name, "event"))

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(deliver, range(4))) == [False, False, False, True]


def test_ids_with_the_same_long_prefix_are_different_events(own_rows: PrivateRows) -> None:
    """Truncated to the column's length they would be equal."""
    with pytest.raises(DataError):
        sql.transact(lambda tx: inbox.first_time(tx, own_rows.name, "x" * 191 + "1"))
    pairs = ("a", "A", " a", "á")
    assert all(sql.transact(lambda tx, e=e: inbox.first_time(tx, own_rows.name, e)) for e in pairs)  # type: ignore[misc]
