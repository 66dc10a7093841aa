"""Exports everything stored about a player, for that player."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Column, ColumnElement, Connection, Row, Table, and_, or_, select

from shared.domain.players.erasure import personal_tables
from shared.runtime import clock, documents, sql
from shared.schema.base import BIGINT
from shared.schema.collections import COLLECTIONS

LIMIT = 20_000
"""The maximum number of rows per table, and of documents per collection, in one export."""
ROWS_PER_PAGE = 1000
DOCUMENTS_PER_PAGE = 300


class AccountExport(BaseModel):
    """All rows and documents of a player.

    tables: the rows of each table, with the columns that the player may see.
    documents: the documents of each collection under the player's document, with their `id`.
    truncated: the tables and collections that were cut off at the limit of 20,000 entries.
    """

    exported_at: datetime
    tables: dict[str, list[dict[str, Any]]]
    documents: dict[str, list[dict[str, Any]]]
    truncated: list[str]


def get(uid: str) -> AccountExport:
    """Return the player's data, with times in RFC 3339, 64-bit ids as strings, and no uid."""
    export = AccountExport(exported_at=clock.now(), tables={}, documents={}, truncated=[])
    for table, personal in personal_tables():
        if personal.export:
            rows = sql.read(lambda conn, t=table: _rows(conn, t, uid))  # type: ignore[misc]
            export.tables[table.name] = rows[:LIMIT]
            _mark_truncated(export, table.name, rows)
    for collection in COLLECTIONS:
        if collection.export:
            name = collection.path.rpartition("/")[2]
            listed = _documents(collection.of(uid), collection.export)
            export.documents[name] = listed[:LIMIT]
            _mark_truncated(export, name, listed)
    return export


def _mark_truncated(export: AccountExport, name: str, entries: Sequence[object]) -> None:
    if len(entries) > LIMIT:
        export.truncated.append(name)


def _rows(conn: Connection, table: Table, uid: str) -> list[dict[str, Any]]:
    """Read a player's rows in primary key order, page by page."""
    personal = table.info["personal"]
    keys = [column for column in table.primary_key.columns if column.name != personal.column]
    shown = [table.c[name] for name in personal.export]
    mine = select(*shown, *(column.label(f"key_{column.name}") for column in keys))
    mine = mine.where(table.c[personal.column] == uid).order_by(*keys).limit(ROWS_PER_PAGE)
    rows: list[dict[str, Any]] = []
    page: Sequence[Row[Any]] = conn.execute(mine).all()
    while page:
        rows += [
            {column.name: _column_value(column, row[i]) for i, column in enumerate(shown)}
            for row in page
        ]
        if len(page) < ROWS_PER_PAGE or len(rows) > LIMIT:
            break
        page = conn.execute(mine.where(_after(keys, page[-1][len(shown) :]))).all()
    return rows


def _after(keys: Sequence[Column[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition for rows after the key `last`, in a form that can use the index."""
    later = [
        and_(*(keys[j] == last[j] for j in range(i)), keys[i] > last[i]) for i in range(len(keys))
    ]
    return and_(keys[0] >= last[0], or_(*later))


def _column_value(column: Column[Any], value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is not None and column.type is BIGINT and column.name.endswith("_id"):
        return str(value)
    return value


def _documents(collection: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    after: str | None = None
    while len(entries) <= LIMIT:
        page = documents.list_page(collection, after, DOCUMENTS_PER_PAGE)
        for one in page:
            after = one.path.rpartition("/")[2]
            shown = {name: _field_value(one.data[name]) for name in fields if name in one.data}
            entries.append({"id": after, **shown})
        if len(page) < DOCUMENTS_PER_PAGE:
            break
    return entries


def _field_value(value: Any) -> Any:
    return clock.rfc3339(value) if isinstance(value, datetime) else value
