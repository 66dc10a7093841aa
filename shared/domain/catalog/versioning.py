"""The catalog's version number; instances cache catalog reads until it increases."""

from sqlalchemy import Connection, insert, select, update

from shared.runtime import clock
from shared.schema.catalog import catalog_version


def current(conn: Connection) -> int:
    """Return the catalog's version, which starts at 0 and increases with each visible change."""
    return conn.scalar(select(catalog_version.c.version).where(catalog_version.c.only == 1)) or 0


def lock(tx: Connection) -> None:
    """Serialise catalog writers by locking the version's row until `tx` ends."""
    row = select(catalog_version.c.version).where(catalog_version.c.only == 1).with_for_update()
    # An INSERT IGNORE first would take a shared lock, and two writers upgrading it would deadlock.
    if tx.scalar(row) is None:
        first = insert(catalog_version).prefix_with("IGNORE")
        tx.execute(first.values(only=1, version=0, updated_at=clock.now()))
        tx.execute(row)


def bump(tx: Connection) -> None:
    """Invalidate every instance's catalog cache when `tx` commits."""
    values = {"version": catalog_version.c.version + 1, "updated_at": clock.now()}
    tx.execute(update(catalog_version).where(catalog_version.c.only == 1).values(**values))
