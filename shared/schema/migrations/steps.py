"""Migration steps, each of which is safe to repeat and does not block reads or writes.

Neither MySQL nor MariaDB can roll back DDL. An interrupted migration is therefore run again, and
each step first checks whether it has already been applied.
"""

from collections.abc import Mapping, Sequence

from alembic import op
from sqlalchemy import text

OPTIONS = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"


def create_table(statement: str) -> None:
    """Create a table with a `CREATE TABLE IF NOT EXISTS` statement that includes all its keys.

    Text columns are compared byte by byte unless they specify another collation.
    """
    if not statement.lstrip().startswith("CREATE TABLE IF NOT EXISTS "):
        raise ValueError("use CREATE TABLE IF NOT EXISTS, so that the migration can run again")
    op.execute(text(f"{statement} {OPTIONS}"))


def add_column(table: str, column: str, definition: str) -> None:
    """Add a column without copying the table.

    A NOT NULL column needs a DEFAULT, because older revisions do not set the column.
    """
    if not _exists("COLUMNS", table, "COLUMN_NAME", column):
        op.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} {definition}, ALGORITHM=INSTANT"))


def add_index(table: str, index: str, *columns: str) -> None:
    """Add an index online."""
    if not _exists("STATISTICS", table, "INDEX_NAME", index):
        keys = ", ".join(columns)
        op.execute(
            text(f"ALTER TABLE {table} ADD INDEX {index} ({keys}), ALGORITHM=INPLACE, LOCK=NONE")
        )


def change_column(table: str, column: str, before: str, after: str, *, copy: bool = False) -> None:
    """Widen a column online, given its old and new definitions.

    Fails if the engine has to copy the table, unless `copy` is true. Writes wait during the copy.
    """
    del before  # compared by the migration guard
    how = "ALGORITHM=COPY" if copy else "ALGORITHM=INPLACE, LOCK=NONE"
    op.execute(text(f"ALTER TABLE {table} MODIFY COLUMN {column} {after}, {how}"))


def drop_table(table: str) -> None:
    """Drop a table that no release uses any more."""
    op.execute(text(f"DROP TABLE IF EXISTS {table}"))


def drop_column(table: str, column: str) -> None:
    """Drop a column that no release uses any more and that is not part of an index."""
    if _exists("COLUMNS", table, "COLUMN_NAME", column):
        op.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}, ALGORITHM=INSTANT"))


def drop_index(table: str, index: str) -> None:
    """Drop an index that no release needs any more."""
    if _exists("STATISTICS", table, "INDEX_NAME", index):
        op.execute(text(f"ALTER TABLE {table} DROP INDEX {index}, ALGORITHM=INPLACE, LOCK=NONE"))


def insert_missing(table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert the rows whose primary key does not exist yet, without changing existing rows."""
    columns = list(rows[0])
    names, values = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    statement = text(f"INSERT IGNORE INTO {table} ({names}) VALUES ({values})")  # noqa: S608 - names in a migration's own text
    op.get_bind().execute(statement, [dict(row) for row in rows])


def _exists(kind: str, table: str, field: str, name: str) -> bool:
    query = text(
        f"SELECT 1 FROM information_schema.{kind} WHERE TABLE_SCHEMA = DATABASE()"  # noqa: S608 - constants of this file
        f" AND TABLE_NAME = :table AND {field} = :name LIMIT 1"
    )
    found = op.get_bind().execute(query, {"table": table, "name": name})
    return found.first() is not None
