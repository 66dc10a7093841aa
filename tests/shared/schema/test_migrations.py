"""Migrations create the declared tables, also after an interruption and when two run at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

from shared.schema import migrate
from shared.schema.all_tables import LEAVING, metadata
from tests.support.engines import execute

Facts = set[tuple[Any, ...]]

COLUMNS = """SELECT TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE,
    COLUMN_DEFAULT, COLLATION_NAME, EXTRA FROM information_schema.COLUMNS"""
INDEXES = """SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, SUB_PART
    FROM information_schema.STATISTICS"""
REFERENCES = """SELECT TABLE_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
    FROM information_schema.KEY_COLUMN_USAGE"""
TABLES = "SELECT TABLE_NAME, ENGINE, TABLE_COLLATION FROM information_schema.TABLES"


def engine_of(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="mysql+pymysql"))


def schema_of(url: str) -> Facts:
    """Return the server's description of all tables in a database, except Alembic's."""
    engine = engine_of(url)
    with engine.connect() as connection:
        found = {
            tuple(row)
            for query in (COLUMNS, INDEXES, REFERENCES, TABLES)
            for row in connection.execute(text(f"{query} WHERE TABLE_SCHEMA = DATABASE()"))
            if row[0] != "alembic_version" and not is_dropped_later(*row[:3])
        }
    engine.dispose()
    return found


def is_dropped_later(table: str, *names: Any) -> bool:
    """Return whether the code no longer uses a table or column that the next release drops."""
    return table in LEAVING or any(f"{table}.{name}" in LEAVING for name in names)


@pytest.fixture
def declared(empty_url: str) -> Facts:
    """The schema of the declared tables on this engine."""
    engine = engine_of(empty_url)
    metadata.create_all(engine)
    found = schema_of(empty_url)
    metadata.drop_all(engine)
    engine.dispose()
    return found


@contextmanager
def killed_at(count: int, server_url: str) -> Iterator[None]:
    """Make the server kill the connection that sends the `count`-th CREATE TABLE."""
    seen: list[str] = []

    def count_down(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "CREATE TABLE" in statement:
            seen.append(statement)
            if len(seen) == count:
                execute(server_url, f"KILL {connection.connection.thread_id()}")

    event.listen(Engine, "before_cursor_execute", count_down)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count_down)


def test_migrations_give_the_declared_tables(declared: Facts, empty_url: str) -> None:
    migrate.upgrade(empty_url)
    migrated = schema_of(empty_url)
    assert migrated - declared == set()
    assert declared - migrated == set()


def test_a_second_upgrade_changes_nothing(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    before = schema_of(empty_url)
    migrate.upgrade(empty_url)
    assert schema_of(empty_url) == before


@pytest.mark.parametrize("count", [1, 2, len(metadata.tables) // 2, len(metadata.tables)])
def test_an_interrupted_migration_is_completed_by_the_next(
    declared: Facts, empty_url: str, server_url: str, count: int
) -> None:
    with killed_at(count, server_url), pytest.raises(OperationalError):
        migrate.upgrade(empty_url)
    assert schema_of(empty_url) != declared
    migrate.upgrade(empty_url)
    assert schema_of(empty_url) == declared


def test_two_upgrades_take_turns(declared: Facts, empty_url: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate.upgrade(empty_url)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert schema_of(empty_url) == declared


def test_an_upgrade_that_waits_too_long_is_an_error(empty_url: str) -> None:
    engine = engine_of(empty_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT GET_LOCK(CONCAT('migrate:', LEFT(DATABASE(), 40)), 0)"))
        with pytest.raises(TimeoutError, match="another migration"):
            migrate.upgrade(empty_url, wait=0)
    engine.dispose()
    migrate.upgrade(empty_url)


def test_the_achievements_of_the_product_are_there(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    engine = engine_of(empty_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT achievement_id, metric, threshold FROM achievements")
        )
        found = {tuple(row) for row in rows}
    engine.dispose()
    assert found == {
        ("first_hour", "play_ms", 3_600_000),
        ("ten_hours", "play_ms", 36_000_000),
        ("five_games", "games", 5),
    }
