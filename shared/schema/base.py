"""Column types, and the `table` helper that declares every table.

Each table declares how fast it grows, when its rows are deleted and, if it contains a player's id,
how that player's rows are exported and erased.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Column, Dialect, MetaData, Table, types
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import SchemaItem

metadata = MetaData()


def identifier(length: int) -> mysql.VARCHAR:
    """Return the column type for ids of at most `length` characters, compared byte by byte."""
    return mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")


def text(length: int) -> mysql.VARCHAR:
    """Return the column type for case- and accent-insensitive text of up to `length` characters."""
    return mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_unicode_520_ci")


UID = identifier(128)
BIGINT = mysql.BIGINT(unsigned=True)
JSON_TEXT = mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_bin")


class Moment(types.TypeDecorator[datetime]):
    """A UTC time with microseconds, stored as DATETIME(6) and returned as an aware datetime."""

    impl = mysql.DATETIME(fsp=6)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert an aware time to naive UTC, or raise ValueError for a naive time."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without an offset cannot be stored"
            raise ValueError(message)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert a stored time to aware UTC."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Personal:
    """How a player's rows in a table are exported and erased.

    column: the column with the Firebase uid.
    export: the columns in the player's export; if empty, `why_not` states the reason. erase:
    whether erasure deletes or keeps the rows; if it keeps them, `why_not` states the reason.
    """

    column: str = "uid"
    export: tuple[str, ...] = ()
    erase: Literal["delete", "keep"] = "delete"
    why_not: str = ""


def table(
    name: str,
    *items: SchemaItem,
    growth: str,
    end: str,
    personal: Personal | None = None,
    **options: Any,
) -> Table:
    """Declare a table with its daily growth, the lifetime of its rows, and its personal data."""
    columns: list[SchemaItem] = [item for item in items if isinstance(item, Column)]
    others = [item for item in items if not isinstance(item, Column)]
    return Table(
        name,
        metadata,
        *columns,
        *others,
        info={"growth": growth, "end": end, "personal": personal},
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        **options,
    )
