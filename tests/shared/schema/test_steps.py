"""The steps of migrations: each is run twice, on both engines."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from shared.schema.migrations import steps


@pytest.fixture
def connection(empty_url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(empty_url).set(drivername="mysql+pymysql"))
    with engine.connect() as opened, Operations.context(MigrationContext.configure(opened)):
        steps.create_table("CREATE TABLE IF NOT EXISTS games (game_id INT PRIMARY KEY, title TEXT)")
        opened.execute(text("INSERT INTO games VALUES (1, 'Portal')"))
        yield opened
    engine.dispose()


def twice(step: Callable[..., None], *arguments: Any) -> None:
    step(*arguments)
    step(*arguments)


def test_a_table_is_created_once(connection: Connection) -> None:
    twice(steps.create_table, "CREATE TABLE IF NOT EXISTS games (game_id INT PRIMARY KEY)")
    assert connection.scalar(text("SELECT COUNT(*) FROM games")) == 1


def test_ids_are_compared_byte_by_byte_by_default(connection: Connection) -> None:
    steps.create_table("CREATE TABLE IF NOT EXISTS names (name VARCHAR(9) PRIMARY KEY)")
    connection.execute(text("INSERT INTO names VALUES ('ada'), ('Ada')"))
    assert connection.scalar(text("SELECT COUNT(*) FROM names WHERE name = 'ADA'")) == 0


def test_a_column_is_added_once_and_older_inserts_still_work(connection: Connection) -> None:
    twice(steps.add_column, "games", "subtitle", "VARCHAR(9) NOT NULL DEFAULT 'none'")
    connection.execute(text("INSERT INTO games (game_id, title) VALUES (2, 'Hades')"))
    rows = connection.execute(text("SELECT subtitle FROM games ORDER BY game_id")).scalars().all()
    assert list(rows) == ["none", "none"]


def test_an_index_is_added_once(connection: Connection) -> None:
    twice(steps.add_index, "games", "games_by_title", "title(20)", "game_id")
    found = connection.execute(text("SHOW INDEX FROM games WHERE Key_name = 'games_by_title'"))
    assert [row.Column_name for row in found] == ["title", "game_id"]


def test_missing_rows_are_inserted_and_existing_ones_kept(connection: Connection) -> None:
    rows = [{"game_id": 1, "title": "Other"}, {"game_id": 2, "title": "Hades"}]
    twice(steps.insert_missing, "games", rows)
    found = connection.execute(text("SELECT title FROM games ORDER BY game_id")).scalars().all()
    assert list(found) == ["Portal", "Hades"]


def test_a_column_is_widened_in_place(connection: Connection) -> None:
    steps.add_column("games", "subtitle", "VARCHAR(9) NOT NULL DEFAULT 'none'")
    wider = "VARCHAR(30) NOT NULL DEFAULT 'none'"
    twice(steps.change_column, "games", "subtitle", "VARCHAR(9) NOT NULL DEFAULT 'none'", wider)
    connection.execute(text("UPDATE games SET subtitle = 'longer than nine'"))
    assert connection.scalar(text("SELECT subtitle FROM games")) == "longer than nine"


def test_a_change_that_copies_the_table_is_refused_unless_allowed(connection: Connection) -> None:
    steps.add_column("games", "players", "INT")
    with pytest.raises(OperationalError, match="ALGORITHM=INPLACE is not supported"):
        steps.change_column("games", "players", "INT", "BIGINT")
    steps.change_column("games", "players", "INT", "BIGINT", copy=True)
    connection.execute(text(f"UPDATE games SET players = {2**40}"))


def test_an_unused_column_is_dropped_once(connection: Connection) -> None:
    steps.add_column("games", "subtitle", "VARCHAR(9) NOT NULL DEFAULT 'none'")
    steps.add_index("games", "games_by_subtitle", "subtitle")
    twice(steps.drop_index, "games", "games_by_subtitle")
    twice(steps.drop_column, "games", "subtitle")
    assert connection.execute(text("SELECT * FROM games")).one() == (1, "Portal")
    twice(steps.drop_table, "games")
    assert connection.execute(text("SHOW TABLES")).all() == []


def test_an_unconditional_create_table_is_refused(connection: Connection) -> None:
    with pytest.raises(ValueError, match="CREATE TABLE IF NOT EXISTS"):
        steps.create_table("CREATE TABLE games (game_id INT)")
