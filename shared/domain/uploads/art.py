"""How an upload becomes the art of a game or a tool: allowed, put, handed over, settled.

A row's column `art` holds, by kind, what is shown (`colour`, `sizes`) and the last `upload`.
What is not the last upload, or is settled, has nothing left to do: any step may come again.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, cast, get_args

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, Table, select, update

from shared.domain import audit
from shared.domain.catalog import art as art_
from shared.domain.catalog import reading
from shared.domain.catalog.art import Art, Kind
from shared.domain.uploads import artifacts
from shared.runtime import clock, errors, objects, outbox, sql
from shared.runtime.messages import Message
from shared.schema.catalog import games
from shared.schema.tools import tools

Owner = Literal["games", "tools"]

MAX_BYTES = 10 * 1024 * 1024
PUT_SECONDS = 900

_TABLES: dict[Owner, Table] = {"games": games, "tools": tools}


class Slot(NamedTuple):
    """Where art belongs: a kind of one row of `games` or `tools`."""

    table: Table
    row_id: int
    kind: Kind

    def __str__(self) -> str:
        return f"{self.table.name}/{self.row_id}/art/{self.kind}"


class ArtUpload(BaseModel):
    """What became of the last upload of a kind; a rejected one says why."""

    upload_id: str
    state: Literal["waiting", "processing", "published", "rejected"]
    reason: str | None = None


class Kept(BaseModel):
    """What everyone sees, and what became of the last upload of each kind."""

    art: dict[Kind, Art]
    uploads: dict[Kind, ArtUpload]


class Announced(BaseModel):
    """How long the picture is, in bytes, and of which type: the address takes nothing else."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"size": 48213, "content_type": "image/png"}]},
    )

    size: Annotated[int, Field(ge=1, le=MAX_BYTES)]
    content_type: Literal["image/png", "image/jpeg", "image/webp"]


class Put(BaseModel):
    """Which upload is complete."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"upload_id": "5f3f7c9e-6a40-4a53-9a2c-0d8b5f7f7a11"}]},
    )

    upload_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]


class Permission(BaseModel):
    """Where to PUT the picture, within so many seconds and with the announced length and type."""

    upload_id: str
    url: str
    expires_in: int


class ArtUploaded(Message):
    """A picture waits to become the art of a game or a tool."""

    topic: ClassVar[str] = "art-uploaded"
    type: ClassVar[str] = "savepoint.art.uploaded.v1"

    owner: Owner
    owner_id: Annotated[int, Field(ge=1)]
    kind: Kind
    upload_id: str
    uid: str


class Stored(BaseModel):
    """One size in the public bucket."""

    width: int
    height: int
    name: str


def kept(conn: Connection, table: Table, row_id: int) -> Kept:
    """Return a row's art and its uploads, as its owner sees them; raise NotFound."""
    stored = column(conn, table, row_id)
    return Kept(art=art_.shown(stored), uploads=last(stored))


def column(conn: Connection, table: Table, row_id: int, *, lock: bool = False) -> str | None:
    """Return a row's column `art`; raise NotFound."""
    asked = select(table.c.art).where(table.primary_key.columns[0] == row_id)
    row = conn.execute(asked.with_for_update() if lock else asked).one_or_none()
    if row is None:
        raise errors.NotFound(f"no {table.name[:-1]} has the id {row_id}")
    return cast("str | None", row.art)


def last(stored: str | None) -> dict[Kind, ArtUpload]:
    """Return the last upload of each kind, from a row's column `art`."""
    known = json.loads(stored or "{}")
    return {
        kind: ArtUpload(**known[kind]["upload"])
        for kind in get_args(Kind)
        if "upload" in known.get(kind, {})  # art of a merged game came without one
    }


def allow(tx: Connection, slot: Slot, announced: Announced, uid: str) -> Permission:
    """Allow an upload, in the place of any before it that is not settled; raise NotFound."""
    stored = column(tx, slot.table, slot.row_id, lock=True)
    upload = ArtUpload(upload_id=str(uuid.uuid4()), state="waiting")
    _keep(tx, slot, stored, upload)
    before = last(stored).get(slot.kind)
    detail = {
        "before": before and before.model_dump(exclude_none=True),
        "after": upload.model_dump(exclude_none=True) | announced.model_dump(),
    }
    audit.record(tx, uid, "art.announce", str(slot), detail)
    url = objects.presign_put(
        artifacts.incoming(upload.upload_id),
        size=announced.size,
        seconds=PUT_SECONDS,
        content_type=announced.content_type,
    )
    return Permission(upload_id=upload.upload_id, url=url, expires_in=PUT_SECONDS)


def require_uploaded(conn: Connection, slot: Slot, upload_id: str) -> None:
    """Raise Conflict while an upload waits and nothing lies where it was allowed; locks nothing."""
    stored = column(conn, slot.table, slot.row_id)
    waits = _named(stored, slot, upload_id).state == "waiting"
    if waits and objects.head("artifacts", artifacts.incoming(upload_id)) is None:
        raise errors.Conflict("nothing was uploaded yet: PUT the picture to its address first")


def hand_over(tx: Connection, slot: Slot, upload_id: str, uid: str) -> ArtUpload:
    """Have an upload made into art and return its state; raise NotFound or Conflict."""
    stored = column(tx, slot.table, slot.row_id, lock=True)
    upload = _named(stored, slot, upload_id)
    if upload.state == "waiting":
        upload.state = "processing"
        _keep(tx, slot, stored, upload)
        message = ArtUploaded(
            owner=cast("Owner", slot.table.name),
            owner_id=slot.row_id,
            kind=slot.kind,
            upload_id=upload_id,
            uid=uid,
        )
        outbox.add(tx, message)
    return upload


def is_due(uploaded: ArtUploaded) -> bool:
    """Tell whether an upload still waits to be made into art; raise HopelessEvent without a row."""
    slot = _slot(uploaded)
    try:
        stored = sql.read(lambda conn: column(conn, slot.table, slot.row_id))
    except errors.NotFound as error:
        raise errors.HopelessEvent("unknown_owner", error.detail) from error
    return _awaited(stored, uploaded) is not None


def publish(uploaded: ArtUploaded, colour: str, sizes: list[Stored]) -> None:
    """Show the art, and tell every instance."""
    slot = _slot(uploaded)
    fresh = {"colour": colour, "sizes": [one.model_dump() for one in sizes]}

    def work(tx: Connection) -> None:
        sql.replay_finds_it()
        reading.lock_version(tx)
        stored = column(tx, slot.table, slot.row_id, lock=True)
        upload = _awaited(stored, uploaded)
        if upload is None:
            return
        _keep(tx, slot, stored, upload.model_copy(update={"state": "published"}), fresh)
        grown = {"revision": slot.table.c.revision + 1, "updated_at": clock.now()}
        tx.execute(update(slot.table).where(_is(slot)).values(**grown))
        reading.bump_version(tx)
        kept = json.loads(stored or "{}")[slot.kind]
        before = {name: kept[name] for name in fresh if name in kept}
        detail = {"before": before, "after": fresh}
        audit.record(tx, uploaded.uid, "art.publish", str(slot), detail)

    sql.transact(work)


def reject(uploaded: ArtUploaded, reason: str) -> None:
    """Say why an upload does not become art; what was shown before stays."""
    slot = _slot(uploaded)

    def work(tx: Connection) -> None:
        sql.replay_finds_it()
        stored = column(tx, slot.table, slot.row_id, lock=True)
        upload = _awaited(stored, uploaded)
        if upload is None:
            return
        refused = upload.model_copy(update={"state": "rejected", "reason": reason})
        _keep(tx, slot, stored, refused)
        detail = {"upload_id": upload.upload_id, "reason": reason}
        audit.record(tx, uploaded.uid, "art.reject", str(slot), detail)

    sql.transact(work)


def _slot(uploaded: ArtUploaded) -> Slot:
    return Slot(_TABLES[uploaded.owner], uploaded.owner_id, uploaded.kind)


def _is(slot: Slot) -> ColumnElement[bool]:
    return slot.table.primary_key.columns[0] == slot.row_id


def _named(stored: str | None, slot: Slot, upload_id: str) -> ArtUpload:
    """Return the last upload of a kind if it is this one; raise Conflict."""
    upload = last(stored).get(slot.kind)
    if upload is None or upload.upload_id != upload_id:
        raise errors.Conflict("this is not the last upload that was allowed for this art")
    return upload


def _awaited(stored: str | None, uploaded: ArtUploaded) -> ArtUpload | None:
    """Return the upload while it waits for being made into art, or None."""
    upload = last(stored).get(uploaded.kind)
    due = upload and upload.upload_id == uploaded.upload_id and upload.state == "processing"
    return upload if due else None


def _keep(
    tx: Connection,
    slot: Slot,
    stored: str | None,
    upload: ArtUpload,
    fresh: Mapping[str, Any] | None = None,
) -> None:
    """Write the column with `upload` as the last of its kind, and what is shown if it changed."""
    known = json.loads(stored or "{}")
    last_one = {"upload": upload.model_dump(exclude_none=True)}
    known[slot.kind] = {**known.get(slot.kind, {}), **(fresh or {}), **last_one}
    text = json.dumps(known, ensure_ascii=False)
    tx.execute(update(slot.table).where(_is(slot)).values(art=text))
