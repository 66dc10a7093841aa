"""Reads MySQL tables, Firestore documents, and one player's data in both, for the console."""

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
"""The maximum number of a player's rows or documents shown per table or collection."""
MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer sent as a number; JavaScript loses precision above it."""
Json = dict[str, Any]
Hex = Annotated[bytes, BeforeValidator(bytes.fromhex)]


def tables() -> Json:
    """Return every table with its columns, expected growth and retention."""
    return {
        "tables": [
            {
                "name": table.name,
                "columns": [_column(column) for column in table.columns],
                "growth": table.info["growth"],
                "retention": table.info["end"],
            }
            for table in metadata.sorted_tables
        ]
    }


def _column(column: Column[Any]) -> Json:
    kind = column.type.compile(dialect=mysql.dialect()).partition(" CHARACTER SET")[0]
    return {"name": column.name, "type": kind.lower(), "key": column.primary_key}


def rows(name: str, after: str, limit: int) -> Json:
    """Return a page of a table's rows in key order.

    Raises NotFound, BadRequest or Unavailable.
    """
    table = metadata.tables.get(name)
    if table is None:
        raise errors.NotFound(f"There is no table {name}.")
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(limit + 1)
    if after:
        query = query.where(_after(keys, after))
    found = _rows(query)
    page: Json = {"columns": [column.name for column in table.columns], "rows": found[:limit]}
    if len(found) > limit:
        last = [_encodable(found[limit - 1][column.name]) for column in keys]
        page["next_after"] = encode_cursor(*last)
    return page | {"rows": [plain(row) for row in page["rows"]]}


def _rows(query: Select[Any]) -> list[Json]:
    def read(connection: Connection) -> list[Json]:
        return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001

    return sql.read(read)


def _encodable(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _after(keys: Sequence[Column[Any]], after: str) -> ColumnElement[bool]:
    values = decode_cursor(after, *(_cursor_type(column) for column in keys))
    last = [literal(value, column.type) for column, value in zip(keys, values, strict=True)]
    return tuple_(*keys) > tuple_(*last) if len(keys) > 1 else keys[0] > last[0]


def _cursor_type(column: Column[Any]) -> Any:
    if isinstance(column.type, Moment):
        return AwareDatetime
    kind = column.type.python_type
    return Hex if kind is bytes else kind


def firestore_path(path: str, after: str, limit: int) -> Json:
    """Return the top-level collections, a collection or a document, depending on the path."""
    parts = path.split("/") if path else []
    if not all(parts):
        raise errors.BadRequest("A path must not have empty segments.")
    with _firestore_errors():
        client = documents.client()
        if not parts:
            return {"collections": sorted(one.id for one in client.collections())}
        if len(parts) % 2:
            return _collection(parts, after, limit)
        subcollections = sorted(one.id for one in client.document(path).collections())
    found = documents.get(path)
    if found is None and not subcollections:
        raise errors.NotFound(f"There is no document {path}.")
    missing = {"path": path, "data": None, "updated_at": None}
    document = _document(found) if found else missing
    return {"document": document, "collections": subcollections}


@contextmanager
def _firestore_errors() -> Iterator[None]:
    try:
        yield
    except UNAVAILABLE as error:
        raise errors.Unavailable("Firestore is unavailable") from error
    except google.InvalidArgument as error:
        raise errors.BadRequest(error.message) from error
    except google.Unknown as error:  # the emulator's response to an invalid page token
        raise errors.BadRequest("Firestore rejected the page token.") from error


def _collection(parts: list[str], after: str, limit: int) -> Json:
    """Return a page of a collection.

    A document that has only subcollections is listed without data.
    """
    client = documents.client()
    root = client._database_string + "/documents"  # noqa: SLF001 - no query lists documents without data
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
    page = next(pages)
    found = [
        {
            "path": one.name.removeprefix(root + "/"),
            "data": plain(_helpers.decode_dict(one.fields, client)) if one.update_time else None,
            "updated_at": plain(one.update_time) if one.update_time else None,
        }
        for one in page.documents
    ]
    token = page.next_page_token
    return {"documents": found} | ({"next_after": token} if token else {})


def _document(document: documents.Document) -> Json:
    updated_at = clock.rfc3339(document.updated_at)
    return {"path": document.path, "data": plain(document.data), "updated_at": updated_at}


def player(uid: str) -> Json:
    """Return one player's rows and documents, and the differences between them."""
    if not is_uid(uid):
        raise errors.BadRequest("This is not a valid uid.")
    owned = [table for table in metadata.sorted_tables if table.info["personal"]]
    pages = [documents.list_page(one.of(uid), None, LIMIT) for one in COLLECTIONS]
    return {
        "uid": uid,
        "tables": {table.name: _of_player(table, uid) for table in owned},
        "documents": [_document(one) for page in pages for one in page],
        "differences": [plain(one.model_dump()) for one in projections.compare(uid).differences],
    }


def _of_player(table: Table, uid: str) -> list[Json]:
    owned = table.c[table.info["personal"].column] == uid
    query = select(table).where(owned).order_by(*table.primary_key.columns).limit(LIMIT)
    return [plain(row) for row in _rows(query)]


def plain(value: Any) -> Any:
    """Return a value in a form that JavaScript can read from JSON without losing precision."""
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
    exact = isinstance(value, int) and abs(value) <= MAX_SAFE_INTEGER
    finite = isinstance(value, float) and math.isfinite(value)
    return value if value is None or isinstance(value, str) or exact or finite else str(value)
