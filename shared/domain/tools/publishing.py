"""From a draft to what players get: uploaded, verified, published, withdrawn.

    draft ──publish──▶ verifying ──▶ published ──withdraw──▶ withdrawn
                          │  ▲                                   ▲
                          ▼  └──publish──┐                       │
                       rejected ─────────┴──────withdraw─────────┘

Each publishing is known by the version's revision: what verifying finds about an earlier one, or
finds a second time, changes nothing.
"""

import uuid
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection, Row, select

from shared.domain import audit
from shared.domain.catalog import reading
from shared.domain.tools import versions
from shared.domain.tools.model import Channel, Id
from shared.domain.tools.versions import EDITABLE, OwnVersion, name, shown
from shared.domain.uploads import artifacts
from shared.domain.uploads.artifacts import Artifact, Refused
from shared.runtime import clock, errors, objects, outbox, sql
from shared.runtime.messages import Message
from shared.schema.tools import tool_versions, tools

UPLOAD_TIME = timedelta(hours=1)
CONTENT_TYPE = "application/octet-stream"
VERIFIER = "verify_artifact"
"""Who the audit names for what verifying found."""


class NewUpload(BaseModel):
    """What will be uploaded: its size in bytes, and its SHA-256 in lower-case hex if known."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"size": 1048576}]})

    size: Annotated[int, Field(strict=True, ge=1, le=artifacts.LIMIT)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class Upload(BaseModel):
    """Where to put the file, with which headers, until when."""

    url: str
    method: Literal["PUT"]
    headers: dict[str, str]
    expires_at: datetime


class Withdrawal(BaseModel):
    """Why a version is taken back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "It crashes at sea."}]}
    )

    reason: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ]


class ArtifactUploaded(Message):
    """A creator wants a version published; its file waits to be verified."""

    topic: ClassVar[str] = "artifacts-uploaded"
    type: ClassVar[str] = "savepoint.artifacts.uploaded.v1"

    version_id: Id
    revision: int
    upload_id: str


class VersionPublished(Message):
    """A version of a tool can be had."""

    topic: ClassVar[str] = "versions-published"
    type: ClassVar[str] = "savepoint.versions.published.v1"

    tool_id: str
    game_id: str
    version: str
    channel: Channel
    sha256: str
    size: int
    published_at: AwareDatetime


def allow_upload(tx: Connection, uid: str, tool_id: int, version: str, wish: NewUpload) -> Upload:
    """Let a file be uploaded for a draft or rejected version; an earlier upload counts no more."""
    row = versions.locked(tx, uid, tool_id, version)
    versions.require_state(row, "uploaded", EDITABLE)
    upload_id = str(uuid.uuid4())
    values = {"upload_id": upload_id, "size": wish.size, "sha256": wish.sha256, "murmur2": None}
    _change(tx, uid, "upload", row, **values)
    expires_at = clock.now() + UPLOAD_TIME
    seconds = int(UPLOAD_TIME.total_seconds())
    return Upload(
        url=objects.presign_put(
            artifacts.incoming(upload_id),
            size=wish.size,
            seconds=seconds,
            content_type=CONTENT_TYPE,
        ),
        method="PUT",
        headers={"Content-Type": CONTENT_TYPE},
        expires_at=expires_at,
    )


def require_uploaded(conn: Connection, uid: str, tool_id: int, version: str) -> None:
    """Raise Conflict when a version could be published but for its file; locks nothing."""
    row = versions.held(conn, uid, tool_id, version)
    if versions.as_model(row).state not in EDITABLE or row.upload_id is None:
        return  # `publish` says more of that
    if objects.head("artifacts", artifacts.incoming(row.upload_id)) is None:
        detail = "nothing was uploaded yet, or more than a day ago: PUT the file to its URL first"
        raise errors.Conflict(detail, state=row.state)


def publish(tx: Connection, uid: str, tool_id: int, version: str) -> OwnVersion:
    """Have a version verified of which `require_uploaded` found the file.

    It is published when it is what it should be. Raises Conflict, also for a dependency that
    nobody can have.
    """
    row = versions.locked(tx, uid, tool_id, version)
    versions.require_state(row, "published", EDITABLE)
    if row.upload_id is None:
        raise errors.Conflict("the version has no file: ask for an upload first", state=row.state)
    _require_dependencies(tx, versions.as_model(row))
    after = _change(tx, uid, "publish", row, state="verifying", reason=None)
    outbox.add(
        tx,
        ArtifactUploaded(
            version_id=str(row.version_id), revision=after.revision, upload_id=row.upload_id
        ),
    )
    return after


def _require_dependencies(tx: Connection, version: OwnVersion) -> None:
    faults = [
        {
            "field": f"dependencies.{index}.range",
            "detail": f"no published version of the tool {one.tool_id} is {one.range}",
        }
        for index, one in enumerate(version.dependencies)
        if not versions.is_published(tx, one)
    ]
    if faults:
        detail = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in faults)
        raise errors.Conflict(detail, state=version.state, errors=faults)


def withdraw(tx: Connection, uid: str, tool_id: int, version: str, wish: Withdrawal) -> OwnVersion:
    """Take back a version; who has it installed keeps it."""
    reading.lock_version(tx)
    row = versions.locked(tx, uid, tool_id, version)
    versions.require_state(row, "withdrawn", ("published", "rejected"))
    reading.bump_version(tx)
    reason = f"withdrawn: {wish.reason}"
    return _change(tx, uid, "withdraw", row, state="withdrawn", reason=reason)


def verify(told: ArtifactUploaded) -> None:
    """Read what was uploaded and publish or reject its version, once, however often it is told.

    Raises Unavailable when a store is away: the version goes on waiting.
    """
    row = sql.read(lambda conn: _waiting(conn, told, for_update=False))
    if row is None:
        return
    try:
        artifact = artifacts.take(told.upload_id, row.size, row.sha256)
    except Refused as error:
        refused = error
        sql.transact(lambda tx: _reject(tx, told, refused))
    else:
        sql.transact(lambda tx: _approve(tx, told, artifact))
        objects.delete("artifacts", artifacts.incoming(told.upload_id))


def _approve(tx: Connection, told: ArtifactUploaded, artifact: Artifact) -> None:
    sql.replay_finds_it()  # a second run finds the version published
    reading.lock_version(tx)
    row = _waiting(tx, told, for_update=True)
    if row is None:
        return
    now = clock.now()
    values = {**artifact._asdict(), "published_at": now, "reason": None}
    after = _change(tx, VERIFIER, "approve", row, state="published", **values)
    reading.bump_version(tx)
    outbox.add(
        tx,
        VersionPublished(
            tool_id=after.tool_id,
            game_id=str(row.game_id),
            version=after.version,
            channel=after.channel,
            sha256=artifact.sha256,
            size=artifact.size,
            published_at=now,
        ),
    )


def _reject(tx: Connection, told: ArtifactUploaded, refused: Refused) -> None:
    sql.replay_finds_it()
    row = _waiting(tx, told, for_update=True)
    if row is not None:
        reason = f"{refused.code}: {refused.detail}"
        _change(tx, VERIFIER, "reject", row, state="rejected", reason=reason)


def _waiting(conn: Connection, told: ArtifactUploaded, *, for_update: bool) -> Row[Any] | None:
    """Return the version's row, with its game, if it still waits for this very verification."""
    version = tool_versions.c
    # Not joined: locking a tool as well would need the right to change it, on MySQL.
    game_id = select(tools.c.game_id).where(tools.c.tool_id == version.tool_id)
    query = select(tool_versions, game_id.scalar_subquery().label("game_id")).where(
        version.version_id == int(told.version_id),
        version.state == "verifying",
        version.revision == told.revision,
        # Later, its creator was told that it is rejected.
        version.updated_at >= clock.now() - versions.VERIFYING_TIME,
    )
    return conn.execute(query.with_for_update() if for_update else query).one_or_none()


def _change(tx: Connection, actor: str, action: str, row: Row[Any], **values: Any) -> OwnVersion:
    """Write to a locked version, and to the audit."""
    before = versions.as_model(row)
    after = versions.change(tx, row, **values)
    detail = {"before": shown(before), "after": shown(after)}
    audit.record(tx, actor, f"version.{action}", name(after), detail)
    return after
