"""The versions of a creator's own tool: drafted, listed and edited until they are published."""

import json
import operator
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, model_validator
from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from shared.domain import audit
from shared.domain.catalog import builds
from shared.domain.tools import own
from shared.domain.tools.model import Channel, Dependency, Id, Options, State, Version, sort_key
from shared.runtime import clock, errors, sql
from shared.runtime.revisions import Expected
from shared.schema.tools import tool_versions, tools

VERIFYING_TIME = timedelta(days=1)
"""Then an upload is cleared away: what still waits can never be verified, whatever delayed it."""
_OVERDUE = "overdue: it could not be verified within a day: upload the file again"

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
    """A draft; first_build_id, last_build_id: the builds it fits, both inclusive, absent: any."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    version: Version
    channel: Channel
    options: Options = []
    dependencies: Dependencies = []
    first_build_id: Id | None = None
    last_build_id: Id | None = None


class VersionChanges(BaseModel):
    """What changes of a draft; what is absent stays, and a build of null is no bound any more."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"channel": "beta", "last_build_id": None}]}
    )

    channel: Channel | None = None
    options: Options | None = None
    dependencies: Dependencies | None = None
    first_build_id: Id | None = None
    last_build_id: Id | None = None

    @model_validator(mode="after")
    def _keeps_what_must_be_there(self) -> Self:
        for name in ("channel", "options", "dependencies"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name}: cannot be null")
        return self


class Reason(BaseModel):
    """Why a version was rejected or withdrawn."""

    code: str
    detail: str


class OwnVersion(BaseModel):
    """A version as its creator sees it.

    size, sha256: as the upload was announced, and of the verified file once there is one.
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
    murmur2: int | None = None
    reason: Reason | None = None
    revision: int
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None

    @property
    def tag(self) -> str:
        """What changes with every change that its creator sees.

        An overdue version is shown as rejected before its row changes.
        """
        overdue = self.reason is not None and self.reason.code == "overdue"
        return f"{self.revision}-overdue" if overdue else str(self.revision)


def create(tx: Connection, uid: str, tool_id: int, wish: NewVersion) -> OwnVersion:
    """Draft a version of the caller's tool; raise Conflict when the tool has it already."""
    tool = own.one(tx, uid, tool_id)
    _refuse_misfits(tx, tool, wish)
    now = clock.now()
    row = {
        "tool_id": tool_id,
        "version": wish.version,
        "sort_key": sort_key(wish.version),
        "state": "draft",
        "revision": 1,
        "created_at": now,
        "updated_at": now,
        **_columns(wish),
    }
    if not sql.insert_ignore(tx, tool_versions, [row]):
        raise errors.Conflict(f"the tool has a version {wish.version} already")
    made = one(tx, uid, tool_id, wish.version)
    audit.record(tx, uid, "version.create", name(made), {"after": shown(made)})
    return made


def one(conn: Connection, uid: str, tool_id: int, version: str) -> OwnVersion:
    """Return a version of the caller's tool; raise NotFound, also for one of somebody else."""
    return as_model(held(conn, uid, tool_id, version))


def held(conn: Connection, uid: str, tool_id: int, version: str) -> Row[Any]:
    """Return the row of a version of the caller's as it stands now."""
    return _found(conn.execute(_own(uid, tool_id, version)).one_or_none(), version)


def locked(tx: Connection, uid: str, tool_id: int, version: str) -> Row[Any]:
    """Return the row of a version of the caller's, which is the caller's until it commits."""
    alone = _own(uid, tool_id, version).with_for_update()
    row = _found(tx.execute(alone).one_or_none(), version)
    if not _is_overdue(row):
        return row
    # Under the same revision, for that is what the caller was shown.
    this = tool_versions.c.version_id == row.version_id
    tx.execute(update(tool_versions).where(this).values(state="rejected", reason=_OVERDUE))
    return tx.execute(alone).one()


def is_published(conn: Connection, wanted: Dependency) -> bool:
    """Tell whether some published version of a tool lies in a dependency's range."""
    version = tool_versions.c
    bounds = [
        _COMPARE[mark](version.sort_key, sort_key(bound))
        for mark, bound in _BOUND.findall(wanted.range)
    ]
    published = version.tool_id == int(wanted.tool_id), version.state == "published"
    found = select(version.version_id).where(*published, *bounds).limit(1)
    return conn.scalar(found) is not None


def page(
    conn: Connection, uid: str, tool_id: int, before: str | None, limit: int
) -> tuple[list[OwnVersion], str | None]:
    """Return up to `limit` versions, the highest first, and the last one's unless the list ends."""
    own.one(conn, uid, tool_id)
    version = tool_versions.c
    highest = select(tool_versions).where(version.tool_id == tool_id)
    if before is not None:
        highest = highest.where(version.sort_key < sort_key(before))
    query = highest.order_by(version.sort_key.desc())
    rows, last = sql.page(conn, query, limit, lambda row: str(row.version))
    return [as_model(row) for row in rows], last


def edit(  # noqa: PLR0913, PLR0917  whose, which, what
    tx: Connection,
    uid: str,
    tool_id: int,
    version: str,
    changes: VersionChanges,
    expected: Expected,
) -> OwnVersion:
    """Change a draft of the caller's; raise PreconditionFailed unless it has the revision."""
    row = locked(tx, uid, tool_id, version)
    before = as_model(row)
    expected.require(before.tag, before)
    require_state(row, "edited", EDITABLE)
    wanted = NewVersion(**before.model_dump(include=set(NewVersion.model_fields))).model_copy(
        update={member: getattr(changes, member) for member in changes.model_fields_set}
    )
    _refuse_misfits(tx, own.one(tx, uid, tool_id), wanted)
    after = change(tx, row, **_columns(wanted))
    detail = {"before": shown(before), "after": shown(after)}
    audit.record(tx, uid, "version.edit", name(after), detail)
    return after


def change(tx: Connection, row: Row[Any], **values: Any) -> OwnVersion:
    """Write to the locked row of a version; return how it stands now."""
    grown = {"revision": row.revision + 1, "updated_at": clock.now()}
    this = tool_versions.c.version_id == row.version_id
    tx.execute(update(tool_versions).where(this).values(**values, **grown))
    return as_model(tx.execute(select(tool_versions).where(this)).one())


def require_state(row: Row[Any], action: str, states: Sequence[State]) -> None:
    """Raise Conflict, which names the state, unless the version is in one of `states`."""
    if row.state not in states:
        may = " or ".join(states)
        detail = f"the version is {row.state}; it can be {action} when it is {may}"
        raise errors.Conflict(detail, state=row.state)


def name(version: OwnVersion) -> str:
    """Return what the audit calls a version."""
    return f"{version.tool_id}@{version.version}"


def shown(version: OwnVersion) -> dict[str, Any]:
    """Return a version as the audit keeps it."""
    return version.model_dump(mode="json", exclude_none=True)


def _columns(wish: NewVersion) -> dict[str, Any]:
    return {
        "channel": wish.channel,
        "options": _OPTIONS.dump_json(wish.options, exclude_none=True).decode(),
        "dependencies": _DEPENDENCIES.dump_json(wish.dependencies).decode(),
        "first_build_id": wish.first_build_id,
        "last_build_id": wish.last_build_id,
    }


def _refuse_misfits(tx: Connection, tool: own.OwnTool, wish: NewVersion) -> None:
    """Raise Unprocessable for builds or dependencies that are not there or cannot be meant."""
    builds.refuse_range(tx, int(tool.game_id), wish.first_build_id, wish.last_build_id)
    wanted = [one.tool_id for one in wish.dependencies]
    there = select(tools.c.tool_id).where(tools.c.tool_id.in_(map(int, wanted)))
    known = {str(tool_id) for tool_id in tx.scalars(there)} if wanted else set()
    for index, tool_id in enumerate(wanted):
        field = f"dependencies.{index}.tool_id"
        if tool_id not in known:
            raise builds.unfit(field, f"no tool has the id {tool_id}")
        if tool_id == tool.tool_id:
            raise builds.unfit(field, "a tool cannot depend on itself")
        if tool_id in wanted[:index]:
            raise builds.unfit(field, f"the tool {tool_id} is named twice")


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


def as_model(row: Row[Any]) -> OwnVersion:
    """Return a row as its creator sees it."""
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
        murmur2=row.murmur2,
        reason=Reason(code=code, detail=detail) if reason else None,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        published_at=row.published_at,
    )
