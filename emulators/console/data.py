"""What the stores hold, read only: tables, documents, and both of one player side by side."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any

from google.api_core import exceptions as google
from google.cloud.firestore_v1 import DocumentReference, GeoPoint, _helpers
from pydantic import AwareDatetime, BeforeValidator
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, literal, select, tuple_
from sqlalchemy.dialects import mysql

from shared.domain.operations import projections
from shared.runtime import clock, documents, errors, sql
from shared.runtime.google_errors import UNAVAILABLE
from shared.runtime.http.paging import decode_cursor, encode_cursor
from shared.runtime.identity import is_uid
from shared.schema.all_tables import metadata
from shared.schema.base import Moment
from shared.schema.collections import COLLECTIONS

LIMIT = 100
"""The most rows or documents of one page."""
EXACT = 2**53
"""From here on JavaScript's numbers are not exact, so that larger ones are text."""
Json = dict[str, Any]
Hex = Annotated[bytes, BeforeValidator(bytes.fromhex)]


def tables() -> Json:
    """Return every table: its columns, how it grows and what ends its rows."""
    return {
        "tables": [
            {
                "name": table.name,
                "columns": [_column(column) for column in table.columns],
                "growth": table.info["growth"],
                "end": table.info["end"],
            }
            for table in metadata.sorted_tables
        ]
    }


def _column(column: Column[Any]) -> Json:
    kind = column.type.compile(dialect=mysql.dialect()).partition(" CHARACTER SET")[0]
    return {"name": column.name, "type": kind.lower(), "key": column.primary_key}


def rows(name: str, after: str, limit: int) -> Json:
    """Return a page of a table in the order of its key; raise NotFound, BadRequest, Unavailable."""
    table = metadata.tables.get(name)
    if table is None:
        raise errors.NotFound(f"There is no table {name}.")
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(limit + 1)
    if after:
        query = query.where(_behind(keys, after))
    found = _rows(query)
    page: Json = {"columns": [column.name for column in table.columns], "rows": found[:limit]}
    if len(found) > limit:
        last = [_of_cursor(found[limit - 1][column.name]) for column in keys]
        page["next_after"] = encode_cursor(*last)
    return page | {"rows": [plain(row) for row in page["rows"]]}


def _rows(query: Select[Any]) -> list[Json]:
    def read(connection: Connection) -> list[Json]:
        return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001

    return sql.read(read)


def _of_cursor(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _behind(keys: Sequence[Column[Any]], after: str) -> ColumnElement[bool]:
    values = decode_cursor(after, *(_in_cursor(column) for column in keys))
    given = [literal(value, column.type) for column, value in zip(keys, values, strict=True)]
    return tuple_(*keys) > tuple_(*given) if len(keys) > 1 else keys[0] > given[0]


def _in_cursor(column: Column[Any]) -> Any:
    if isinstance(column.type, Moment):
        return AwareDatetime
    kind = column.type.python_type
    return Hex if kind is bytes else kind


def stored(path: str, after: str, limit: int) -> Json:
    """Return what lies at a path of Firestore: collections, documents of one, or one document."""
    parts = path.split("/") if path else []
    if not all(parts):
        raise errors.BadRequest("A path has no empty part.")
    with _reached():
        client = documents.client()
        if not parts:
            return {"collections": sorted(one.id for one in client.collections())}
        if len(parts) % 2:
            return _collection(parts, after, limit)
        below = sorted(one.id for one in client.document(path).collections())
    found = documents.get(path)
    if found is None and not below:
        raise errors.NotFound(f"There is no document {path}.")
    shown = {"path": path, "data": None, "updated_at": None} if found is None else _shown(found)
    return {"document": shown, "collections": below}


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except UNAVAILABLE as error:
        raise errors.Unavailable("the document store is not responding") from error
    except google.InvalidArgument as error:
        raise errors.BadRequest(error.message) from error
    except google.Unknown as error:  # so the emulator answers a page token that is not its own
        raise errors.BadRequest("The document store cannot begin a page there.") from error


def _collection(parts: list[str], after: str, limit: int) -> Json:
    """Return a page of a collection; a document that only has others below it has no data."""
    client = documents.client()
    root = client._database_string + "/documents"  # noqa: SLF001 - no query lists those without data
    request = {
        "parent": "/".join([root, *parts[:-1]]),
        "collection_id": parts[-1],
        "page_size": limit,
        "page_token": after,
        "show_missing": True,
    }
    api = client._firestore_api  # noqa: SLF001
    pages = api.list_documents(
        request,
        timeout=documents.RPC_TIMEOUT_SECONDS,
        metadata=client._rpc_metadata,  # noqa: SLF001
    ).pages
    answer = next(pages)
    found = [
        {
            "path": one.name.removeprefix(root + "/"),
            "data": plain(_helpers.decode_dict(one.fields, client)) if one.update_time else None,
            "updated_at": plain(one.update_time) if one.update_time else None,
        }
        for one in answer.documents
    ]
    token = answer.next_page_token
    return {"documents": found} | ({"next_after": token} if token else {})


def _shown(document: documents.Document) -> Json:
    updated_at = clock.rfc3339(document.updated_at)
    return {"path": document.path, "data": plain(document.data), "updated_at": updated_at}


def player(uid: str) -> Json:
    """Return what is one player's in both stores, and where the two disagree."""
    if not is_uid(uid):
        raise errors.BadRequest("No player has this uid.")
    owned = [table for table in metadata.sorted_tables if table.info["personal"]]
    pages = [documents.list_page(one.of(uid), None, LIMIT) for one in COLLECTIONS]
    return {
        "uid": uid,
        "tables": {table.name: _of_player(table, uid) for table in owned},
        "documents": [_shown(one) for page in pages for one in page],
        "differences": [plain(one.model_dump()) for one in projections.compare(uid).differences],
    }


def _of_player(table: Table, uid: str) -> list[Json]:
    mine = table.c[table.info["personal"].column] == uid
    query = select(table).where(mine).order_by(*table.primary_key.columns).limit(LIMIT)
    return [plain(row) for row in _rows(query)]


def plain(value: Any) -> Any:
    """Return a value as JSON can have it, and as JavaScript reads it exactly."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()
    return _leaf(value)


def _leaf(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, DocumentReference):
        return value.path
    if isinstance(value, GeoPoint):
        return {"latitude": value.latitude, "longitude": value.longitude}
    exact = isinstance(value, int) and abs(value) < EXACT
    finite = isinstance(value, float) and math.isfinite(value)
    return value if value is None or isinstance(value, str) or exact or finite else str(value)
