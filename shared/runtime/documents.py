"""Firestore documents, with conditional writes.

The client is created on first use, in the worker, because gRPC does not survive a fork.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from google.api_core import exceptions as google
from google.cloud import firestore

from shared.runtime import errors, settings, tracing
from shared.runtime.google_errors import UNAVAILABLE

T = TypeVar("T")

RPC_TIMEOUT_SECONDS = 5
TRACE_FIELD = "traceparent"

# The errors that a broken channel can cause; contention and quotas cannot.
_UNREACHED = (google.ServiceUnavailable, google.DeadlineExceeded, google.Cancelled)

_client: firestore.Client | None = None
_lock = threading.Lock()


class Stale(Exception):
    """The document does not meet the condition for the write."""


@dataclass(frozen=True)
class Document:
    """A document that was read; pass `updated_at` to write it only if it is unchanged."""

    path: str
    data: dict[str, Any]
    updated_at: datetime


def client() -> firestore.Client:
    """Return this process's client, created on first use."""
    global _client  # noqa: PLW0603  one client per process is intended
    with _lock:
        if _client is None:
            _client = firestore.Client(project=settings.core().project)
        return _client


def get(path: str) -> Document | None:
    """Return the document at `path`, or None; raise Unavailable if Firestore does not respond."""
    with tracing.span("get", "document", path=path):
        found = _call(lambda: _at(path).get(retry=None, timeout=RPC_TIMEOUT_SECONDS))
    return _document(found) if found.exists else None


def put(
    path: str,
    data: dict[str, Any],
    *,
    if_updated_at: datetime | None = None,
    if_missing: bool = False,
) -> datetime:
    """Write the whole document and return its update time.

    With `if_updated_at`, the document is replaced only if it has not changed since then. With
    `if_missing`, the document is created but never replaced. Raises Stale if the condition fails,
    and Unavailable if there is no response.
    """
    traced = {**data, TRACE_FIELD: tracing.traceparent()}

    def write() -> Any:
        batch = client().batch()
        batch.set(_at(path), traced)
        # The library has no conditional `set`: its `update` keeps members that are not named, and
        # treats a dot in a name as a path.
        if if_missing:
            client().write_option(exists=False).modify_write(batch._write_pbs[0])  # noqa: SLF001
        elif if_updated_at is not None:
            condition = client().write_option(last_update_time=if_updated_at)
            condition.modify_write(batch._write_pbs[0])  # noqa: SLF001
        return batch.commit(retry=None, timeout=RPC_TIMEOUT_SECONDS)[0]

    with tracing.span("commit", "document", path=path):
        try:
            result = _call(write)
        except (google.FailedPrecondition, google.Conflict, google.NotFound) as error:
            raise Stale(path) from error
    updated_at: datetime = result.update_time
    return updated_at


def delete(path: str) -> None:
    """Delete the document at `path` if it exists; raise Unavailable."""
    with tracing.span("delete", "document", path=path):
        _call(lambda: _at(path).delete(retry=None, timeout=RPC_TIMEOUT_SECONDS))


def list_page(collection: str, after: str | None, limit: int) -> list[Document]:
    """Return up to `limit` documents of a collection in id order, after the id `after`."""
    query = client().collection(collection).order_by("__name__").limit(limit)
    if after is not None:
        query = query.start_after({"__name__": _at(f"{collection}/{after}")})
    with tracing.span("list", "document", collection=collection):
        found = _call(lambda: query.get(retry=None, timeout=RPC_TIMEOUT_SECONDS))
    return [_document(one) for one in found]


def _at(path: str) -> Any:
    return client().document(path)


def _document(snapshot: Any) -> Document:
    data = snapshot.to_dict()
    data.pop(TRACE_FIELD, None)
    return Document(snapshot.reference.path, data, snapshot.update_time)


def _call(rpc: Callable[[], T]) -> T:
    """Run one RPC; if Firestore does not respond, raise Unavailable and drop a broken channel.

    A broken channel would otherwise wait up to two minutes before reconnecting.
    """
    global _client  # noqa: PLW0603
    try:
        return rpc()
    except UNAVAILABLE as error:
        if isinstance(error, _UNREACHED):
            with _lock:
                _client = None
        message = "the document store is not responding"
        raise errors.Unavailable(message) from error
