"""Maintains projections, which are documents that copy rows and never revert to older revisions.

    in the source's transaction   mark_due(tx, …)     from here on, the document is due
    after its commit              project_due(…)      one conditional commit per document
    later, by a schedule          sweep(…)            documents left due by a crash

The row is the source of truth. A document can always be compared with its row and rebuilt from it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import count
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.mysql import Insert, insert

from shared.runtime import clock, documents, errors, logs, metrics, sql
from shared.schema.operations import projections as table

TRIES = 3
AFTER_FAILURE = timedelta(minutes=10)
SWEEP_GRACE = timedelta(seconds=20)

# A uid and an item: the last part of the document's path.
Key = tuple[str, str]

_ITEMS: BindParameter[Any] = bindparam("items", expanding=True)
# Built once, because building a statement takes as long as sending it. Each statement is for one
# player, so that its shape does not vary.
_OWED = select(table.c.item, table.c.document_updated_at).where(
    table.c.uid == bindparam("owner"), table.c.kind == bindparam("name"), table.c.item.in_(_ITEMS)
)
_DUE = _OWED.where(table.c.due_at <= bindparam("now"))
_SETTLE = (
    update(table)
    .where(
        table.c.uid == bindparam("owner"),
        table.c.kind == bindparam("name"),
        table.c.item == bindparam("of"),
    )
    .values(
        due_at=case((table.c.revision > bindparam("written"), table.c.due_at), else_=None),
        projected_revision=func.greatest(table.c.projected_revision, bindparam("written")),
        projected_at=bindparam("now"),
        document_updated_at=bindparam("updated"),
    )
)


@dataclass(frozen=True)
class Source:
    """The revision and data of a document's row; `data` is None if there is no row."""

    revision: int
    data: dict[str, Any] | None


@dataclass(frozen=True)
class Kind:
    """One kind of projection.

    collection: the path of the documents' collection, with `{uid}`, such as `players/{uid}/stats`.
    render: reads the rows for some keys, and omits keys without a row.
    keys: returns up to `limit` keys that follow `after`, in order, for one player or all players.
    """

    name: str
    collection: str
    render: Callable[[Connection, Sequence[Key]], Mapping[Key, Source]]
    keys: Callable[[Connection, str | None, Key | None, int], list[Key]]

    def path(self, key: Key) -> str:
        """Return the path of the document for a key."""
        return f"{self.collection.format(uid=key[0])}/{key[1]}"


@dataclass(frozen=True)
class Due:
    """A document that must be written because its row has reached `revision`."""

    key: Key
    revision: int


def mark_due(
    tx: Connection, kind: Kind, owed: Sequence[Due], at_most_every: timedelta = timedelta(0)
) -> None:
    """Mark documents as due, in the transaction that changes their rows.

    Documents are due now, or `at_most_every` after their last projection, whichever is later. An
    earlier due time is kept.
    """
    now = clock.now()
    rows = [
        {"uid": one.key[0], "kind": kind.name, "item": one.key[1], "revision": one.revision,
         "due_at": now}
        for one in owed
    ]  # fmt: skip
    if rows:
        tx.execute(_owing(at_most_every), rows)


def mark_gone(tx: Connection, kind: Kind, key: Key) -> None:
    """Mark a document for deletion, in the transaction that deletes its row."""
    here = (table.c.uid == key[0], table.c.kind == kind.name, table.c.item == key[1])
    tx.execute(update(table).where(*here).values(revision=0, due_at=clock.now()))


@cache
def _owing(at_most_every: timedelta) -> Insert:
    proposed: Any = literal_column("VALUES(`due_at`)")
    if at_most_every:
        seconds: Any = literal_column(str(int(at_most_every.total_seconds())))
        earliest = func.timestampadd(literal_column("SECOND"), seconds, table.c.projected_at)
        proposed = func.greatest(proposed, func.coalesce(earliest, proposed))
    return insert(table).on_duplicate_key_update(
        revision=func.greatest(table.c.revision, literal_column("VALUES(`revision`)")),
        due_at=func.least(proposed, func.coalesce(table.c.due_at, proposed)),
    )


def project_due(kind: Kind, keys: Sequence[Key]) -> int:
    """Write those documents of `keys` that are due now, and return how many were written.

    If the document store does not respond, the documents remain due and the sweep writes them.
    """
    try:
        return _project(kind, keys, only_due=True)
    except errors.Unavailable as error:
        logs.warning("projections stay due", kind=kind.name, reason=error.detail)
        return 0


def sweep(kind: Kind, until: float = 0, limit: int = 200) -> int:
    """Write overdue documents, `limit` at a time, and return how many were written.

    Stops when none remain, or at the monotonic time `until`.
    """
    written = 0
    for page in count():
        rows = sql.read(partial(_overdue, kind, limit))
        if page == 0:  # the longest overdue comes first
            oldest = rows[0].due_at if rows else clock.now()
            lag = (clock.now() - oldest).total_seconds()
            metrics.measure(metrics.PROJECTION_LAG, lag, kind=kind.name)
        swept = _project(kind, [(row.uid, row.item) for row in rows], only_due=True)
        metrics.count(metrics.PROJECTIONS_SWEPT, swept, kind=kind.name)
        written += swept
        if len(rows) < limit or time.monotonic() >= until:
            break
    return written


def _overdue(kind: Kind, limit: int, connection: Connection) -> Sequence[Any]:
    overdue = (
        select(table.c.uid, table.c.item, table.c.due_at)
        .where(table.c.due_at < clock.now() - SWEEP_GRACE, table.c.kind == kind.name)
        .order_by(table.c.due_at)
        .limit(limit)
    )
    return connection.execute(overdue).all()


def rebuild(kind: Kind, keys: Sequence[Key]) -> int:
    """Write the documents of all `keys`, whether due or not; return how many were written."""
    if not keys:
        return 0
    sources = sql.read(lambda connection: kind.render(connection, keys))
    owed = [Due(key, source.revision) for key, source in sources.items()]
    sql.transact(lambda tx: mark_due(tx, kind, owed))
    return _project(kind, keys, only_due=False)


@dataclass(frozen=True)
class Difference:
    """A document that differs from its row; `None` stands for a missing document or row."""

    key: Key
    row: dict[str, Any] | None
    document: dict[str, Any] | None


def compare(kind: Kind, uid: str, limit: int = 1000) -> list[Difference]:
    """Return the differences between one player's documents and their rows."""
    keys = sql.read(lambda connection: kind.keys(connection, uid, None, limit))
    sources = sql.read(lambda connection: kind.render(connection, keys)) if keys else {}
    wanted = {key: document(source) for key, source in sources.items() if source.data is not None}
    collection = kind.collection.format(uid=uid)
    found = {
        (uid, one.path.rsplit("/", 1)[1]): one.data
        for one in documents.list_page(collection, None, limit)
    }
    return [
        Difference(key, wanted.get(key), found.get(key))
        for key in sorted({*wanted, *found})
        if wanted.get(key) != found.get(key)
    ]


def document(source: Source) -> dict[str, Any] | None:
    """Return a row's document, which contains the row's data and revision."""
    return None if source.data is None else {**source.data, "revision": source.revision}


def by_player(keys: Sequence[Key]) -> dict[str, list[str]]:
    """Group the keys of projected documents by player."""
    grouped: dict[str, list[str]] = {}
    for uid, item in keys:
        grouped.setdefault(uid, []).append(item)
    return grouped


def _project(kind: Kind, keys: Sequence[Key], *, only_due: bool) -> int:
    now = clock.now()

    def load(connection: Connection) -> tuple[dict[Key, Any], Mapping[Key, Source]]:
        known: dict[Key, Any] = {}
        for uid, items in by_player(keys).items():
            params = {"owner": uid, "name": kind.name, "items": items, "now": now}
            found = connection.execute(_DUE if only_due else _OWED, params)
            known |= {(uid, row.item): row.document_updated_at for row in found}
        return known, kind.render(connection, list(known)) if known else {}

    known, sources = sql.read(load)
    written = 0
    failure: Exception | None = None
    for key, updated_at in known.items():
        try:
            _write(kind, key, sources.get(key, Source(0, None)), updated_at)
            written += 1
        except errors.Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  one that fails must not block the others
            logs.error("a document cannot be projected", kind=kind.name, item=key[1])
            sql.transact(partial(_postpone, kind, key))
            failure = error
    metrics.count(metrics.PROJECTIONS_WRITTEN, written, kind=kind.name)
    if failure is not None:
        raise failure
    return written


def _postpone(kind: Kind, key: Key, tx: Connection) -> None:
    """Postpone a document that cannot be written, so that others are written first."""
    here = (table.c.uid == key[0], table.c.kind == kind.name, table.c.item == key[1])
    later = clock.now() + AFTER_FAILURE
    tx.execute(update(table).where(*here, table.c.due_at < later).values(due_at=later))


def _write(kind: Kind, key: Key, source: Source, updated_at: datetime | None) -> None:
    outcome = _commit(kind.path(key), source, updated_at)
    if not sql.transact(partial(_settle, kind, key, source, outcome)):
        # Delete it again, because another process may have written it from the earlier row.
        documents.delete(kind.path(key))


def _commit(path: str, source: Source, known: datetime | None) -> datetime | None:
    """Write one document unless a newer one exists, and return its update time.

    The write is conditional on the update time of our last write, so the document is read only if
    this condition fails.
    """
    data = document(source)
    if data is None:
        documents.delete(path)
        return None
    for _ in range(TRIES):
        try:
            return documents.put(path, data, if_updated_at=known, if_missing=known is None)
        except documents.Stale:
            current = documents.get(path)
            if current is not None and current.data.get("revision", 0) > source.revision:
                return current.updated_at
            known = current.updated_at if current else None
    message = f"other processes keep writing {path}"
    raise errors.Unavailable(message)


def _settle(
    kind: Kind, key: Key, source: Source, updated_at: datetime | None, tx: Connection
) -> bool:
    """Record that a document was written; clear its due time unless its row has changed since.

    Returns False if the projection no longer exists because its row was deleted or its player was
    erased.
    """
    if source.data is None:
        here = (table.c.uid == key[0], table.c.kind == kind.name, table.c.item == key[1])
        if tx.execute(delete(table).where(*here, table.c.revision == 0)).rowcount:
            return False
    result = tx.execute(
        _SETTLE,
        {
            "owner": key[0],
            "name": kind.name,
            "of": key[1],
            "written": source.revision,
            "now": clock.now(),
            "updated": updated_at,
        },
    )
    return result.rowcount == 1
