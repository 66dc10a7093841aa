"""The versions of a creator's own tool, from draft to withdrawal.

    draft ──publish──▶ verifying ──▶ published ──withdraw──▶ withdrawn
                          │  ▲                                   ▲
                          ▼  └──publish──┐                       │
                       rejected ─────────┴──────withdraw─────────┘

Each `publish` call is identified by the version's revision. A verification result has no effect if
it is repeated or belongs to an earlier revision.
"""

import json
import operator
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from shared.domain import audit
from shared.domain.catalog import builds, versioning
from shared.domain.ids import Id
from shared.domain.tools import own
from shared.domain.tools.model import Channel, Dependency, Options, State, Version, sort_key
from shared.domain.uploads import artifacts, incoming
from shared.domain.uploads.artifacts import Artifact
from shared.domain.uploads.incoming import Rejected, Upload
from shared.runtime import clock, errors, outbox, sql
from shared.runtime.messages import Message
from shared.runtime.revisions import Expected
from shared.schema.tools import tool_versions, tools

VERIFYING_TIME = timedelta(days=1)
"""Uploads are deleted after a day, after which a waiting version can never be verified."""
_OVERDUE = "overdue: it could not be verified within a day; upload the file again"
UPLOAD_LIFETIME = timedelta(hours=1)
"""How long an upload URL is valid."""
CONTENT_TYPE = "application/octet-stream"
VERIFIER = "verify_artifact"
"""The actor of audit entries for verification results."""

EDITABLE: tuple[State, ...] = ("draft", "rejected")
Dependencies = Annotated[list[Dependency], Field(max_length=50)]

_BOUND = re.compile(r"(>=|>|<=|<|=)(\S+)")
_COMPARE: dict[str, Callable[[Any, str], ColumnElement[bool]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}
_OPTIONS = TypeAdapter(Options)
_DEPENDENCIES = TypeAdapter(Dependencies)
_EXAMPLE: dict[str, JsonValue] = {
    "version": "1.4.0",
    "channel": "stable",
    "options": [
        {"id": "calm_seas", "kind": "toggle", "labels": {"en": "Calm seas"}, "default": True}
    ],
    "first_build_id": "11",
}


class NewVersion(BaseModel):
    """A draft for builds `first_build_id` to `last_build_id`; an absent bound sets no limit."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    version: Version
    channel: Channel
    options: Options = []
    dependencies: Dependencies = []
    first_build_id: Id | None = None
    last_build_id: Id | None = None


class VersionChanges(BaseModel):
    """Changes to a draft; absent members keep their values, and a null build removes the bound."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"channel": "beta", "last_build_id": None}]}
    )

    channel: Channel | None = None
    options: Options | None = None
    dependencies: Dependencies | None = None
    first_build_id: Id | None = None
    last_build_id: Id | None = None

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in ("channel", "options", "dependencies"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name}: cannot be null")
        return self


class VersionReason(BaseModel):
    """Why a version was rejected or withdrawn."""

    code: str
    detail: str


class OwnVersion(BaseModel):
    """A version as its creator sees it.

    size, sha256: the values announced with the upload or, after verification, computed from the
    file.
    """

    tool_id: str
    version: str
    channel: Channel
    state: State
    options: Options
    dependencies: Dependencies
    first_build_id: str | None = None
    last_build_id: str | None = None
    size: int | None = None
    sha256: str | None = None
    reason: VersionReason | None = None
    revision: int
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None

    @property
    def tag(self) -> str:
        """The ETag, which changes whenever the creator's view of the version changes.

        A version whose verification is overdue is shown as rejected before its row changes.
        """
        overdue = self.reason is not None and self.reason.code == "overdue"
        return f"{self.revision}-overdue" if overdue else str(self.revision)


class NewUpload(BaseModel):
    """The file to upload: its size in bytes, and its SHA-256 in lower-case hex if known."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"size": 1048576}]})

    size: Annotated[int, Field(strict=True, ge=1, le=artifacts.MAX_BYTES)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class Withdrawal(BaseModel):
    """Why a version is withdrawn."""

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
    """A version's file was uploaded and awaits verification."""

    topic: ClassVar[str] = "artifacts-uploaded"
    type: ClassVar[str] = "savepoint.artifacts.uploaded.v1"

    version_id: Id
    revision: int
    upload_id: str


class VersionPublished(Message):
    """A version of a tool was published."""

    topic: ClassVar[str] = "versions-published"
    type: ClassVar[str] = "savepoint.versions.published.v1"

    tool_id: str
    game_id: str
    version: str
    channel: Channel
    sha256: str
    size: int
    published_at: AwareDatetime


def create(tx: Connection, uid: str, tool_id: int, new: NewVersion) -> OwnVersion:
    """Create a draft version of the caller's tool; raise Conflict if the version exists."""
    tool = own.get(tx, uid, tool_id)
    _check_references(tx, tool, new)
    now = clock.now()
    row = {
        "tool_id": tool_id,
        "version": new.version,
        "sort_key": sort_key(new.version),
        "state": "draft",
        "revision": 1,
        "created_at": now,
        "updated_at": now,
        **_columns(new),
    }
    if not sql.insert_ignore(tx, tool_versions, [row]):
        raise errors.Conflict(f"the tool already has a version {new.version}")
    made = get(tx, uid, tool_id, new.version)
    audit.record(tx, uid, "version.create", _audit_target(made), {"after": _audited(made)})
    return made


def get(conn: Connection, uid: str, tool_id: int, version: str) -> OwnVersion:
    """Return a version of the caller's tool; raise NotFound for another creator's tool."""
    return _from_row(_row(conn, uid, tool_id, version))


def _row(conn: Connection, uid: str, tool_id: int, version: str) -> Row[Any]:
    """Return the current row of a version of the caller's tool; raise NotFound."""
    return _found(conn.execute(_own(uid, tool_id, version)).one_or_none(), version)


def _lock(tx: Connection, uid: str, tool_id: int, version: str) -> Row[Any]:
    """Lock and return the row of a version of the caller's tool; raise NotFound."""
    alone = _own(uid, tool_id, version).with_for_update()
    row = _found(tx.execute(alone).one_or_none(), version)
    if not _is_overdue(row):
        return row
    # The revision stays: the caller was already shown it as rejected under this revision.
    this = tool_versions.c.version_id == row.version_id
    tx.execute(update(tool_versions).where(this).values(state="rejected", reason=_OVERDUE))
    return tx.execute(alone).one()


def _has_published(conn: Connection, dependency: Dependency) -> bool:
    """Return whether the tool has a published version in the dependency's range."""
    version = tool_versions.c
    bounds = [
        _COMPARE[mark](version.sort_key, sort_key(bound))
        for mark, bound in _BOUND.findall(dependency.range)
    ]
    published = version.tool_id == int(dependency.tool_id), version.state == "published"
    found = select(version.version_id).where(*published, *bounds).limit(1)
    return conn.scalar(found) is not None


def list_page(
    conn: Connection, uid: str, tool_id: int, before: str | None, limit: int
) -> tuple[list[OwnVersion], str | None]:
    """Return up to `limit` versions, highest first, and the last version if more follow."""
    own.get(conn, uid, tool_id)
    version = tool_versions.c
    highest = select(tool_versions).where(version.tool_id == tool_id)
    if before is not None:
        highest = highest.where(version.sort_key < sort_key(before))
    query = highest.order_by(version.sort_key.desc())
    rows, last = sql.page(conn, query, limit, lambda row: str(row.version))
    return [_from_row(row) for row in rows], last


def edit(  # noqa: PLR0913, PLR0917  the key of a version, and the change
    tx: Connection,
    uid: str,
    tool_id: int,
    version: str,
    changes: VersionChanges,
    expected: Expected,
) -> OwnVersion:
    """Change a draft of the caller's tool; raise PreconditionFailed if its revision differs."""
    row = _lock(tx, uid, tool_id, version)
    before = _from_row(row)
    expected.require(before.tag, before)
    _require_state(row, "edited", EDITABLE)
    edited = NewVersion(**before.model_dump(include=set(NewVersion.model_fields))).model_copy(
        update={member: getattr(changes, member) for member in changes.model_fields_set}
    )
    _check_references(tx, own.get(tx, uid, tool_id), edited)
    after = _write(tx, row, **_columns(edited))
    detail = {"before": _audited(before), "after": _audited(after)}
    audit.record(tx, uid, "version.edit", _audit_target(after), detail)
    return after


def _write(tx: Connection, row: Row[Any], **values: Any) -> OwnVersion:
    """Change the locked row of a version; return the version."""
    grown = {"revision": row.revision + 1, "updated_at": clock.now()}
    this = tool_versions.c.version_id == row.version_id
    tx.execute(update(tool_versions).where(this).values(**values, **grown))
    return _from_row(tx.execute(select(tool_versions).where(this)).one())


def _require_state(row: Row[Any], action: str, states: Sequence[State]) -> None:
    """Raise Conflict, with the version's state, unless the state is one of `states`."""
    if row.state not in states:
        may = " or ".join(states)
        detail = f"the version is {row.state}; it can be {action} when it is {may}"
        raise errors.Conflict(detail, state=row.state)


def _audit_target(version: OwnVersion) -> str:
    """Return the target that identifies a version in the audit log."""
    return f"{version.tool_id}@{version.version}"


def _audited(version: OwnVersion) -> dict[str, Any]:
    """Return a version in the form that is recorded in the audit log."""
    return version.model_dump(mode="json", exclude_none=True)


def _columns(new: NewVersion) -> dict[str, Any]:
    return {
        "channel": new.channel,
        "options": _OPTIONS.dump_json(new.options, exclude_none=True).decode(),
        "dependencies": _DEPENDENCIES.dump_json(new.dependencies).decode(),
        "first_build_id": new.first_build_id,
        "last_build_id": new.last_build_id,
    }


def _check_references(tx: Connection, tool: own.OwnTool, new: NewVersion) -> None:
    """Raise Unprocessable for builds or dependencies that do not exist or do not fit."""
    builds.require_builds(tx, int(tool.game_id), new.first_build_id, new.last_build_id)
    tool_ids = [one.tool_id for one in new.dependencies]
    existing = select(tools.c.tool_id).where(tools.c.tool_id.in_(map(int, tool_ids)))
    known = {str(tool_id) for tool_id in tx.scalars(existing)} if tool_ids else set()
    for index, tool_id in enumerate(tool_ids):
        field = f"dependencies.{index}.tool_id"
        if tool_id not in known:
            raise errors.invalid_field(field, f"no tool has the id {tool_id}")
        if tool_id == tool.tool_id:
            raise errors.invalid_field(field, "a tool cannot depend on itself")
        if tool_id in tool_ids[:index]:
            raise errors.invalid_field(field, f"tool {tool_id} is listed twice")


def _own(uid: str, tool_id: int, version: str) -> Select[Any]:
    mine = tools.c.tool_id == tool_id, tools.c.creator_uid == uid
    of_it = tool_versions.join(tools, tools.c.tool_id == tool_versions.c.tool_id)
    return select(tool_versions).select_from(of_it).where(*mine, tool_versions.c.version == version)


def _found(row: Row[Any] | None, version: str) -> Row[Any]:
    if row is None:
        raise errors.NotFound(f"you have no such tool, or it has no version {version}")
    return row


def _is_overdue(row: Row[Any]) -> bool:
    waits: bool = row.state == "verifying"
    return waits and row.updated_at < clock.now() - VERIFYING_TIME


def _from_row(row: Row[Any]) -> OwnVersion:
    """Convert a version's row to the creator's view."""
    state: State = "rejected" if _is_overdue(row) else row.state
    reason = _OVERDUE if _is_overdue(row) else row.reason
    code, _, detail = (reason or "").partition(": ")
    return OwnVersion(
        tool_id=str(row.tool_id),
        version=row.version,
        channel=row.channel,
        state=state,
        options=json.loads(row.options),
        dependencies=json.loads(row.dependencies),
        first_build_id=row.first_build_id and str(row.first_build_id),
        last_build_id=row.last_build_id and str(row.last_build_id),
        size=row.size,
        sha256=row.sha256,
        reason=VersionReason(code=code, detail=detail) if reason else None,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        published_at=row.published_at,
    )


def create_upload(tx: Connection, uid: str, tool_id: int, version: str, new: NewUpload) -> Upload:
    """Create an upload for a draft or rejected version, replacing any earlier upload."""
    row = _lock(tx, uid, tool_id, version)
    _require_state(row, "uploaded", EDITABLE)
    upload = incoming.create(new.size, CONTENT_TYPE, UPLOAD_LIFETIME)
    values = {"upload_id": upload.upload_id, "size": new.size, "sha256": new.sha256}
    _change(tx, uid, "upload", row, **values)
    return upload


def require_uploaded(conn: Connection, uid: str, tool_id: int, version: str) -> None:
    """Raise Conflict if the version's file has not been uploaded; takes no lock."""
    row = _row(conn, uid, tool_id, version)
    if _from_row(row).state not in EDITABLE or row.upload_id is None:
        return  # `publish` raises a more specific error
    if not incoming.has_arrived(row.upload_id):
        detail = "nothing was uploaded yet, or more than a day ago: PUT the file to its URL first"
        raise errors.Conflict(detail, state=row.state)


def publish(tx: Connection, uid: str, tool_id: int, version: str) -> OwnVersion:
    """Queue a version for verification, which publishes or rejects it.

    Call `require_uploaded` first. Raises Conflict for a wrong state, a missing upload, or a
    dependency without a published version in its range.
    """
    row = _lock(tx, uid, tool_id, version)
    _require_state(row, "published", EDITABLE)
    if row.upload_id is None:
        raise errors.Conflict("the version has no file: create an upload first", state=row.state)
    _require_dependencies(tx, _from_row(row))
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
        if not _has_published(tx, one)
    ]
    if faults:
        detail = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in faults)
        raise errors.Conflict(detail, state=version.state, errors=faults)


def withdraw(
    tx: Connection, uid: str, tool_id: int, version: str, withdrawal: Withdrawal
) -> OwnVersion:
    """Withdraw a version; players who have it installed keep it."""
    versioning.lock(tx)
    row = _lock(tx, uid, tool_id, version)
    _require_state(row, "withdrawn", ("published", "rejected"))
    versioning.bump(tx)
    reason = f"withdrawn: {withdrawal.reason}"
    return _change(tx, uid, "withdraw", row, state="withdrawn", reason=reason)


def verify(uploaded: ArtifactUploaded) -> None:
    """Verify an upload, then publish or reject its version; a repeated message changes nothing.

    Raises Unavailable if a store is unavailable; the version then stays in `verifying`.
    """
    row = sql.read(lambda conn: _waiting(conn, uploaded, for_update=False))
    if row is None:
        return
    try:
        artifact = artifacts.store(uploaded.upload_id, row.size, row.sha256)
    except Rejected as error:
        rejected = error
        sql.transact(lambda tx: _reject(tx, uploaded, rejected))
    else:
        sql.transact(lambda tx: _approve(tx, uploaded, artifact))
        incoming.discard(uploaded.upload_id)


def _approve(tx: Connection, uploaded: ArtifactUploaded, artifact: Artifact) -> None:
    sql.safe_to_retry_commit()  # a second run finds the version published
    versioning.lock(tx)
    row = _waiting(tx, uploaded, for_update=True)
    if row is None:
        return
    now = clock.now()
    values = {**artifact._asdict(), "published_at": now, "reason": None}
    after = _change(tx, VERIFIER, "approve", row, state="published", **values)
    versioning.bump(tx)
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


def _reject(tx: Connection, uploaded: ArtifactUploaded, rejected: Rejected) -> None:
    sql.safe_to_retry_commit()
    row = _waiting(tx, uploaded, for_update=True)
    if row is not None:
        reason = f"{rejected.code}: {rejected.detail}"
        _change(tx, VERIFIER, "reject", row, state="rejected", reason=reason)


def _waiting(conn: Connection, uploaded: ArtifactUploaded, *, for_update: bool) -> Row[Any] | None:
    """Return the version's row and game id if the version still awaits this verification."""
    version = tool_versions.c
    # Not a join: on MySQL it would also lock the tool's row, which needs the UPDATE privilege.
    game_id = select(tools.c.game_id).where(tools.c.tool_id == version.tool_id)
    query = select(tool_versions, game_id.scalar_subquery().label("game_id")).where(
        version.version_id == int(uploaded.version_id),
        version.state == "verifying",
        version.revision == uploaded.revision,
        # After that, the creator sees the version as rejected.
        version.updated_at >= clock.now() - VERIFYING_TIME,
    )
    return conn.execute(query.with_for_update() if for_update else query).one_or_none()


def _change(tx: Connection, actor: str, action: str, row: Row[Any], **values: Any) -> OwnVersion:
    """Change a locked version and record the change in the audit log."""
    before = _from_row(row)
    after = _write(tx, row, **values)
    detail = {"before": _audited(before), "after": _audited(after)}
    audit.record(tx, actor, f"version.{action}", _audit_target(after), detail)
    return after
