"""Migrates the database at SQL_URL to the newest schema (`python -m shared.schema.migrate`)."""

import os
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

LOCK_SECONDS = 600
"""The maximum time that an upgrade waits for another one to end."""

INIT = "SET time_zone = '+00:00'"


def engine(url: str) -> Engine:
    """Return an engine for a database URL, without a statement timeout."""
    return create_engine(
        make_url(url).set(drivername="mysql+pymysql"),
        poolclass=NullPool,
        connect_args={"init_command": INIT},
    )


def upgrade(database: str | Engine, revision: str = "head", *, wait: int = LOCK_SECONDS) -> None:
    """Apply the missing migrations up to `revision`; concurrent upgrades take turns.

    An upgrade is safe to repeat, even if it was interrupted. Raises TimeoutError if another upgrade
    holds the lock for `wait` seconds. Database errors are not caught.
    """
    reached = engine(database) if isinstance(database, str) else database
    with reached.connect() as connection:
        take_turns(connection, wait)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def take_turns(connection: Connection, wait: int = LOCK_SECONDS) -> None:
    """Take the database's migration lock, which is released when the connection ends.

    Raises TimeoutError if another connection holds the lock for `wait` seconds.
    """
    query = text("SELECT GET_LOCK(CONCAT('migrate:', LEFT(DATABASE(), 40)), :wait)")
    got = connection.scalar(query, {"wait": wait})
    connection.commit()  # Alembic begins its own transaction for each version
    if got != 1:
        raise TimeoutError(f"another migration of this database was still running after {wait} s")


if __name__ == "__main__":
    if "SQL_URL" not in os.environ:
        sys.exit("Set SQL_URL to mysql://user:password@host:port/database.")
    upgrade(os.environ["SQL_URL"])
