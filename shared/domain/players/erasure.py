"""Erases a player's data in steps that survive a crash.

`request` commits the request and its message together. `erase` deletes in bounded steps, rows
before documents. If it stops early, the message is redelivered and `erase` continues. Events
that were accepted before the request may still be in flight; `erasure_gate` drops them.
"""

import time
from collections.abc import Callable
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection, Table, delete, select, update

from shared.runtime import clock, documents, outbox, sql
from shared.runtime.messages import Message
from shared.schema.all_tables import metadata
from shared.schema.base import Personal
from shared.schema.collections import COLLECTIONS
from shared.schema.operations import projections
from shared.schema.play import erasures

ROWS_PER_STEP = 1000
DOCUMENTS_PER_STEP = 200


class Erasure(BaseModel):
    """A player's erasure request; `finished_at` is absent until everything is deleted."""

    requested_at: AwareDatetime
    finished_at: AwareDatetime | None = None


class ErasureRequested(Message):
    """A player requested erasure."""

    topic: ClassVar[str] = "erasures-requested"
    type: ClassVar[str] = "savepoint.erasures.requested.v1"

    uid: str
    requested_at: AwareDatetime


def request(tx: Connection, uid: str) -> Erasure:
    """Store a player's erasure request, and put its message into the outbox.

    The request replaces an earlier one, even one in progress, so that data reported between the two
    requests is also deleted.
    """
    now = clock.now()
    row = {"uid": uid, "requested_at": now, "finished_at": None}
    sql.upsert(tx, erasures, [row], ["requested_at", "finished_at"])
    outbox.add(tx, ErasureRequested(uid=uid, requested_at=now))
    return Erasure(requested_at=now)


def erase(requested: ErasureRequested, until: float) -> bool:
    """Delete all data of a player; return False if `until` (monotonic seconds) is reached first.

    A request that is finished or was replaced by a newer one has no effect.
    """
    unfinished = (
        erasures.c.uid == requested.uid,
        erasures.c.requested_at == requested.requested_at,
        erasures.c.finished_at.is_(None),
    )
    if sql.read(lambda conn: conn.scalar(select(erasures.c.uid).where(*unfinished))) is None:
        return True
    steps = [_row_step(table, requested.uid) for table in _erasable()]
    steps += [_document_step(one.of(requested.uid)) for one in COLLECTIONS]
    for step in steps:
        while step():
            if time.monotonic() >= until:
                return False
    done = update(erasures).where(*unfinished).values(finished_at=clock.now())
    sql.transact(lambda tx: tx.execute(done))
    return True


def personal_tables() -> list[tuple[Table, Personal]]:
    """Return every table that has a player's id, and how its rows are erased and exported."""
    return [
        (table, table.info["personal"])
        for table in metadata.sorted_tables
        if table.info["personal"] is not None
    ]


def _erasable() -> list[Table]:
    """Return the tables to delete from; pending projections come last, after their sources."""
    tables = [table for table, personal in personal_tables() if personal.erase == "delete"]
    return sorted(tables, key=lambda table: table is projections)


def _row_step(table: Table, uid: str) -> Callable[[], bool]:
    """Return a step that deletes some rows and returns whether more may remain."""
    owner = table.c[table.info["personal"].column]
    some = delete(table).where(owner == uid).with_dialect_options(mysql_limit=ROWS_PER_STEP)
    return lambda: sql.transact(lambda tx: tx.execute(some).rowcount) == ROWS_PER_STEP


def _document_step(collection: str) -> Callable[[], bool]:
    """Return a step that deletes some documents and returns whether more may remain."""

    def step() -> bool:
        page = documents.list_page(collection, None, DOCUMENTS_PER_STEP)
        for one in page:
            documents.delete(one.path)
        return len(page) == DOCUMENTS_PER_STEP

    return step
