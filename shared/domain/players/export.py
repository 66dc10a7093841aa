"""What we hold of one player, as the player may take it along."""

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
"""The most rows of a table, or documents of a collection, in one export."""
ROWS_A_PAGE = 1000
DOCUMENTS_A_PAGE = 300


class AccountExport(BaseModel):
    """Every row and document that is the player's.

    tables: by table, what the player may see of each row.
    documents: by collection below the player, the documents with their `id`.
    truncated: what holds more than the export's limit of 20,000 and was cut there.
    """

    exported_at: datetime
    tables: dict[str, list[dict[str, Any]]]
    documents: dict[str, list[dict[str, Any]]]
    truncated: list[str]


def get(uid: str) -> AccountExport:
    """Return what is the player's; times in RFC 3339, 64-bit ids as text, never the uid."""
    made = AccountExport(exported_at=clock.now(), tables={}, documents={}, truncated=[])
    for table, personal in personal_tables():
        if personal.export:
            rows = sql.read(lambda conn, t=table: _rows(conn, t, uid))  # type: ignore[misc]
            made.tables[table.name] = rows[:LIMIT]
            _note(made, table.name, rows)
    for collection in COLLECTIONS:
        if collection.export:
            name = collection.path.rpartition("/")[2]
            found = _documents(collection.of(uid), collection.export)
            made.documents[name] = found[:LIMIT]
            _note(made, name, found)
    return made


def _note(made: AccountExport, name: str, found: Sequence[object]) -> None:
    if len(found) > LIMIT:
        made.truncated.append(name)


def _rows(conn: Connection, table: Table, uid: str) -> list[dict[str, Any]]:
    """Read one player's rows in the order of the primary key, page by page."""
    personal = table.info["personal"]
    keys = [column for column in table.primary_key.columns if column.name != personal.column]
    shown = [table.c[name] for name in personal.export]
    mine = select(*shown, *(column.label(f"key_{column.name}") for column in keys))
    mine = mine.where(table.c[personal.column] == uid).order_by(*keys).limit(ROWS_A_PAGE)
    found: list[dict[str, Any]] = []
    page: Sequence[Row[Any]] = conn.execute(mine).all()
    while page:
        found += [
            {column.name: _plain(column, row[i]) for i, column in enumerate(shown)} for row in page
        ]
        if len(page) < ROWS_A_PAGE or len(found) > LIMIT:
            break
        page = conn.execute(mine.where(_behind(keys, page[-1][len(shown) :]))).all()
    return found


def _behind(keys: Sequence[Column[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition for rows behind the key `last`; a row comparison would use no index."""
    later = [
        and_(*(keys[j] == last[j] for j in range(i)), keys[i] > last[i]) for i in range(len(keys))
    ]
    return and_(keys[0] >= last[0], or_(*later))


def _plain(column: Column[Any], value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is not None and column.type is BIGINT and column.name.endswith("_id"):
        return str(value)
    return value


def _documents(collection: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while len(found) <= LIMIT:
        page = documents.list_page(collection, after, DOCUMENTS_A_PAGE)
        for one in page:
            after = one.path.rpartition("/")[2]
            picked = {name: _moment(one.data[name]) for name in fields if name in one.data}
            found.append({"id": after, **picked})
        if len(page) < DOCUMENTS_A_PAGE:
            break
    return found


def _moment(value: Any) -> Any:
    return clock.rfc3339(value) if isinstance(value, datetime) else value
