"""Erasing a player: a request that outlives a crash, and nothing that brings a row back.

`request` commits the request and its message together. `erase` deletes in bounded steps, rows
before documents, and may stop anywhere: the message comes again and finds less. Events that were
accepted before the request may still be on their way; see `erasure.erased_since`.
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

ROWS_A_STEP = 1000
DOCUMENTS_A_STEP = 200


class Erasure(BaseModel):
    """A player's wish to be erased; `finished_at` is absent until nothing is left."""

    requested_at: AwareDatetime
    finished_at: AwareDatetime | None = None


class ErasureRequested(Message):
    """A player asked to be erased."""

    topic: ClassVar[str] = "erasures-requested"
    type: ClassVar[str] = "savepoint.erasures.requested.v1"

    uid: str
    requested_at: AwareDatetime


def request(tx: Connection, uid: str) -> Erasure:
    """Note the wish and owe its message.

    It replaces an earlier wish, also one that is under way: what the player reported between the
    two goes as well.
    """
    now = clock.now()
    row = {"uid": uid, "requested_at": now, "finished_at": None}
    sql.upsert(tx, erasures, [row], ["requested_at", "finished_at"])
    outbox.add(tx, ErasureRequested(uid=uid, requested_at=now))
    return Erasure(requested_at=now)


def erase(wish: ErasureRequested, until: float) -> bool:
    """Delete all that is the player's; return False when `until` (monotonic seconds) came first.

    A request that is finished already, or that a newer one replaced, deletes nothing.
    """
    unfinished = (
        erasures.c.uid == wish.uid,
        erasures.c.requested_at == wish.requested_at,
        erasures.c.finished_at.is_(None),
    )
    if sql.read(lambda conn: conn.scalar(select(erasures.c.uid).where(*unfinished))) is None:
        return True
    steps = [_rows_of(table, wish.uid) for table in _erasable()]
    steps += [_documents_in(one.of(wish.uid)) for one in COLLECTIONS]
    for step in steps:
        while step():
            if time.monotonic() >= until:
                return False
    done = update(erasures).where(*unfinished).values(finished_at=clock.now())
    sql.transact(lambda tx: tx.execute(done))
    return True


def personal_tables() -> list[tuple[Table, Personal]]:
    """Return every table that holds a player's id, and how its rows leave."""
    return [
        (table, table.info["personal"])
        for table in metadata.sorted_tables
        if table.info["personal"] is not None
    ]


def _erasable() -> list[Table]:
    """Return the tables to empty; what is still to be projected goes last, after its sources."""
    found = [table for table, personal in personal_tables() if personal.erase == "delete"]
    return sorted(found, key=lambda table: table is projections)


def _rows_of(table: Table, uid: str) -> Callable[[], bool]:
    """Return a step that deletes some of the rows and tells whether more may be there."""
    owner = table.c[table.info["personal"].column]
    some = delete(table).where(owner == uid).with_dialect_options(mysql_limit=ROWS_A_STEP)
    return lambda: sql.transact(lambda tx: tx.execute(some).rowcount) == ROWS_A_STEP


def _documents_in(collection: str) -> Callable[[], bool]:
    """Return a step that deletes some of the documents and tells whether more may be there."""

    def step() -> bool:
        found = documents.list_page(collection, None, DOCUMENTS_A_STEP)
        for one in found:
            documents.delete(one.path)
        return len(found) == DOCUMENTS_A_STEP

    return step
