"""Art uploads of games and tools: created, completed by the client, then published or rejected.

The column `art` stores the published art (`colour`, `sizes`) and the last `upload` of each kind.
Every step may be repeated, because an upload no longer changes once it has been published, rejected
or replaced.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, cast, get_args

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, Table, select, update

from shared.domain import audit
from shared.domain.catalog import art as shown_art
from shared.domain.catalog import versioning
from shared.domain.catalog.art import Art, Kind
from shared.domain.uploads import incoming
from shared.domain.uploads.incoming import Upload
from shared.runtime import clock, errors, outbox, sql
from shared.runtime.messages import Message
from shared.schema.catalog import games
from shared.schema.tools import tools

Owner = Literal["games", "tools"]

MAX_BYTES = 10 * 1024 * 1024
LIFETIME = timedelta(minutes=15)
"""How long an upload URL is valid."""

_TABLES: dict[Owner, Table] = {"games": games, "tools": tools}


class Slot(NamedTuple):
    """A place for a picture: one kind of art in a row of `games` or `tools`."""

    table: Table
    row_id: int
    kind: Kind

    def __str__(self) -> str:
        return f"{self.table.name}/{self.row_id}/art/{self.kind}"


class ArtUpload(BaseModel):
    """The last upload of a kind and its state, with the `reason` if it was rejected."""

    upload_id: str
    state: Literal["waiting", "processing", "published", "rejected"]
    reason: str | None = None


class ArtStatus(BaseModel):
    """The published art, and the last upload of each kind."""

    art: dict[Kind, Art]
    uploads: dict[Kind, ArtUpload]


class NewArtUpload(BaseModel):
    """The image's size in bytes and its type; the upload URL accepts nothing else."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"size": 48213, "content_type": "image/png"}]},
    )

    size: Annotated[int, Field(ge=1, le=MAX_BYTES)]
    content_type: Literal["image/png", "image/jpeg", "image/webp"]


class UploadComplete(BaseModel):
    """The upload that is complete."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"upload_id": "5f3f7c9e-6a40-4a53-9a2c-0d8b5f7f7a11"}]},
    )

    upload_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]


class ArtUploaded(Message):
    """An uploaded image is ready to be rendered as the art of a game or a tool."""

    topic: ClassVar[str] = "art-uploaded"
    type: ClassVar[str] = "savepoint.art.uploaded.v1"

    owner: Owner
    owner_id: Annotated[int, Field(ge=1)]
    kind: Kind
    upload_id: str
    uid: str


class StoredSize(BaseModel):
    """One size of a picture in the public bucket."""

    width: int
    height: int
    name: str


def get(conn: Connection, table: Table, row_id: int) -> ArtStatus:
    """Return a row's published art and the state of its uploads; raise NotFound."""
    stored = _column(conn, table, row_id)
    return ArtStatus(art=shown_art.from_column(stored), uploads=_uploads(stored))


def create(tx: Connection, slot: Slot, new: NewArtUpload, uid: str) -> Upload:
    """Create an upload of art, which replaces the previous one; raise NotFound."""
    stored = _column(tx, slot.table, slot.row_id, lock=True)
    upload = incoming.create(new.size, new.content_type, LIFETIME)
    waiting = ArtUpload(upload_id=upload.upload_id, state="waiting")
    _write(tx, slot, stored, waiting)
    before = _uploads(stored).get(slot.kind)
    detail = {
        "before": before and before.model_dump(exclude_none=True),
        "after": waiting.model_dump(exclude_none=True) | new.model_dump(),
    }
    audit.record(tx, uid, "art.announce", str(slot), detail)
    return upload


def require_uploaded(conn: Connection, slot: Slot, upload_id: str) -> None:
    """Raise Conflict if the file has not been uploaded; takes no lock."""
    stored = _column(conn, slot.table, slot.row_id)
    is_waiting = _last(stored, slot, upload_id).state == "waiting"
    if is_waiting and not incoming.has_arrived(upload_id):
        raise errors.Conflict("nothing was uploaded yet: PUT the image to the upload's URL first")


def complete(tx: Connection, slot: Slot, upload_id: str, uid: str) -> ArtUpload:
    """Queue an upload for rendering and return its state; raise NotFound or Conflict."""
    stored = _column(tx, slot.table, slot.row_id, lock=True)
    upload = _last(stored, slot, upload_id)
    if upload.state == "waiting":
        upload.state = "processing"
        _write(tx, slot, stored, upload)
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
    """Return whether an upload still has to be rendered; raise HopelessEvent if its row is gone."""
    slot = _slot(uploaded)
    try:
        stored = sql.read(lambda conn: _column(conn, slot.table, slot.row_id))
    except errors.NotFound as error:
        raise errors.HopelessEvent("unknown_owner", error.detail) from error
    return _processing(stored, uploaded) is not None


def publish(uploaded: ArtUploaded, colour: str, sizes: list[StoredSize]) -> None:
    """Publish the rendered upload as art and increase the catalog's version."""
    slot = _slot(uploaded)
    new_art = {"colour": colour, "sizes": [size.model_dump() for size in sizes]}

    def work(tx: Connection) -> None:
        sql.safe_to_retry_commit()
        versioning.lock(tx)
        stored = _column(tx, slot.table, slot.row_id, lock=True)
        upload = _processing(stored, uploaded)
        if upload is None:
            return
        _write(tx, slot, stored, upload.model_copy(update={"state": "published"}), new_art)
        values = {"revision": slot.table.c.revision + 1, "updated_at": clock.now()}
        tx.execute(update(slot.table).where(_is_row(slot)).values(**values))
        versioning.bump(tx)
        old = json.loads(stored or "{}")[slot.kind]
        before = {name: old[name] for name in new_art if name in old}
        detail = {"before": before, "after": new_art}
        audit.record(tx, uploaded.uid, "art.publish", str(slot), detail)

    sql.transact(work)


def reject(uploaded: ArtUploaded, reason: str) -> None:
    """Record why an upload cannot be used; the published art is unchanged."""
    slot = _slot(uploaded)

    def work(tx: Connection) -> None:
        sql.safe_to_retry_commit()
        stored = _column(tx, slot.table, slot.row_id, lock=True)
        upload = _processing(stored, uploaded)
        if upload is None:
            return
        _write(tx, slot, stored, upload.model_copy(update={"state": "rejected", "reason": reason}))
        detail = {"upload_id": upload.upload_id, "reason": reason}
        audit.record(tx, uploaded.uid, "art.reject", str(slot), detail)

    sql.transact(work)


def _column(conn: Connection, table: Table, row_id: int, *, lock: bool = False) -> str | None:
    """Return a row's `art` column; raise NotFound."""
    query = select(table.c.art).where(table.primary_key.columns[0] == row_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise errors.NotFound(f"no {table.name[:-1]} has the id {row_id}")
    return cast("str | None", row.art)


def _uploads(stored: str | None) -> dict[Kind, ArtUpload]:
    """Return the last upload of each kind, from a row's column `art`."""
    art = json.loads(stored or "{}")
    return {
        kind: ArtUpload(**art[kind]["upload"])
        for kind in get_args(Kind)
        if "upload" in art.get(kind, {})  # art that came from a merged game has none
    }


def _slot(uploaded: ArtUploaded) -> Slot:
    return Slot(_TABLES[uploaded.owner], uploaded.owner_id, uploaded.kind)


def _is_row(slot: Slot) -> ColumnElement[bool]:
    return slot.table.primary_key.columns[0] == slot.row_id


def _last(stored: str | None, slot: Slot, upload_id: str) -> ArtUpload:
    """Return the last upload of a kind if it has this id; raise Conflict."""
    upload = _uploads(stored).get(slot.kind)
    if upload is None or upload.upload_id != upload_id:
        raise errors.Conflict("this is not the last upload for this art")
    return upload


def _processing(stored: str | None, uploaded: ArtUploaded) -> ArtUpload | None:
    """Return the upload if it still has to be rendered, otherwise None."""
    upload = _uploads(stored).get(uploaded.kind)
    if upload is None or upload.upload_id != uploaded.upload_id:
        return None
    return upload if upload.state == "processing" else None


def _write(
    tx: Connection,
    slot: Slot,
    stored: str | None,
    upload: ArtUpload,
    new_art: Mapping[str, Any] | None = None,
) -> None:
    """Write the slot's last upload and, if given, its published art to the column `art`."""
    art = json.loads(stored or "{}")
    last = {"upload": upload.model_dump(exclude_none=True)}
    art[slot.kind] = {**art.get(slot.kind, {}), **(new_art or {}), **last}
    text = json.dumps(art, ensure_ascii=False)
    tx.execute(update(slot.table).where(_is_row(slot)).values(art=text))
