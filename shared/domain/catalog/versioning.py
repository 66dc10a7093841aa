"""The catalog's version: every instance caches what it read until this number grows."""

from sqlalchemy import Connection, insert, select, update

from shared.runtime import clock
from shared.schema.catalog import catalog_version


def current(conn: Connection) -> int:
    """Return the catalog's version: it grows with each transaction that changed a game."""
    return conn.scalar(select(catalog_version.c.version).where(catalog_version.c.only == 1)) or 0


def lock(tx: Connection) -> None:
    """Let one writer of the catalog at a time past this line, until it commits."""
    only = select(catalog_version.c.version).where(catalog_version.c.only == 1).with_for_update()
    # Not inserted first: that would share a lock on a row that two then want alone.
    if tx.scalar(only) is None:
        row = insert(catalog_version).prefix_with("IGNORE")
        tx.execute(row.values(only=1, version=0, updated_at=clock.now()))
        tx.execute(only)


def bump(tx: Connection) -> None:
    """Tell every instance that what it remembers of the catalog is old, once this commits."""
    grown = {"version": catalog_version.c.version + 1, "updated_at": clock.now()}
    tx.execute(update(catalog_version).where(catalog_version.c.only == 1).values(**grown))
