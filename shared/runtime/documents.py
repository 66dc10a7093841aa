"""Firestore documents, written under a condition when it matters.

The client is made on first use, in the worker: gRPC does not survive a fork.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from google.api_core import exceptions as google
from google.cloud import firestore

from shared.runtime import errors, settings, tracing
from shared.runtime.google_errors import AWAY

T = TypeVar("T")

RPC_TIMEOUT_SECONDS = 5
TRACE_FIELD = "traceparent"

# Of these, what may lie in the channel itself; contention and quotas do not.
_UNREACHED = (google.ServiceUnavailable, google.DeadlineExceeded, google.Cancelled)

_client: firestore.Client | None = None
_lock = threading.Lock()


class Stale(Exception):
    """The document is not in the state that the write was conditional on."""


@dataclass(frozen=True)
class Document:
    """One document as it was read; `updated_at` is the condition for writing it again."""

    path: str
    data: dict[str, Any]
    updated_at: datetime


def client() -> firestore.Client:
    """Return this process's client, made on first use."""
    global _client  # noqa: PLW0603  one client a process is the point
    with _lock:
        if _client is None:
            _client = firestore.Client(project=settings.core().project)
        return _client


def get(path: str) -> Document | None:
    """Return the document at `path`, or None; raise Unavailable when Firestore is away."""
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

    With `if_updated_at` it is only replaced if nobody wrote since; with `if_missing` it is only
    created. Raises Stale when the condition fails, Unavailable when Firestore is away.
    """
    traced = {**data, TRACE_FIELD: tracing.traceparent()}

    def write() -> Any:
        batch = client().batch()
        batch.set(_at(path), traced)
        # The library has no conditional `set`: its `update` leaves the members that are not named,
        # and takes a dot in a name for a path.
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
    """Delete the document at `path`, whether or not it exists; raise Unavailable."""
    with tracing.span("delete", "document", path=path):
        _call(lambda: _at(path).delete(retry=None, timeout=RPC_TIMEOUT_SECONDS))


def list_page(collection: str, after: str | None, limit: int) -> list[Document]:
    """Return up to `limit` documents of a collection in id order, from behind the id `after`."""
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
    """Run one RPC; a Firestore that is away is Unavailable, and a channel to nowhere is not kept.

    A kept channel would wait up to two minutes before it tries to connect again.
    """
    global _client  # noqa: PLW0603
    try:
        return rpc()
    except AWAY as error:
        if isinstance(error, _UNREACHED):
            with _lock:
                _client = None
        message = "the document store does not answer now"
        raise errors.Unavailable(message) from error
