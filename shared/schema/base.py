"""The column types and the `table` helper that every table is made with.

A table cannot be declared without saying how fast it grows, what ends its rows, and, where it
holds a player's id, how that player's rows are exported and erased.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Column, Dialect, MetaData, Table, types
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import SchemaItem

metadata = MetaData()


def identifier(length: int) -> mysql.VARCHAR:
    """Return the type of an id: compared byte by byte, at most `length` characters."""
    return mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")


def text(length: int) -> mysql.VARCHAR:
    """Return the type of human text of at most `length` characters: case and accents fold."""
    return mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_unicode_520_ci")


UID = identifier(128)
BIGINT = mysql.BIGINT(unsigned=True)
JSON_TEXT = mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_bin")


class Moment(types.TypeDecorator[datetime]):
    """A UTC time to the microsecond: DATETIME(6) in the database, aware in Python."""

    impl = mysql.DATETIME(fsp=6)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store an aware time as naive UTC; a naive one is a bug of the caller."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without an offset cannot be stored"
            raise ValueError(message)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read a stored time as aware UTC."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Personal:
    """How one player's rows in a table leave: what export shows and what erasure does.

    column: the column that holds the Firebase uid.
    export: the columns that the player's export shows; empty with a reason in `why_not`.
    erase: "delete" the rows, or "keep" them with the reason in `why_not`.
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
    """Declare a table together with its growth per day, the end of its rows and its owner."""
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
