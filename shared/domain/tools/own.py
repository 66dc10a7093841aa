"""Creates, lists and edits a creator's own tools; other creators' tools are not found."""

import json
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator
from sqlalchemy import Connection, Row, Select, insert, select, update

from shared.domain import audit
from shared.domain.catalog import builds, versioning
from shared.domain.ids import Id
from shared.domain.plans import Plan
from shared.domain.tools.model import Kind, Texts
from shared.runtime import clock, errors, sql
from shared.runtime.revisions import Expected
from shared.schema.tools import tools

_TEXTS = TypeAdapter(Texts)


class NewTool(BaseModel):
    """A tool for a game; `plan` is the plan that a download requires, if any."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "game_id": "3255",
                    "kind": "trainer",
                    "texts": {"en": {"name": "Calm Seas", "summary": "No storms."}},
                }
            ]
        },
    )

    game_id: Id
    kind: Kind
    texts: Texts
    plan: Plan | None = None


class ToolChanges(BaseModel):
    """Changes to a tool; absent members keep their values, and a null plan removes the plan."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"plan": "premium"}]})

    texts: Texts | None = None
    plan: Plan | None = None

    @model_validator(mode="after")
    def _keeps_texts(self) -> Self:
        if "texts" in self.model_fields_set and self.texts is None:
            raise ValueError("texts: cannot be null")
        return self


class OwnTool(BaseModel):
    """A tool as its creator sees it."""

    tool_id: str
    game_id: str
    kind: Kind
    texts: Texts
    plan: str | None = None
    revision: int
    created_at: datetime
    updated_at: datetime

    @property
    def tag(self) -> str:
        """The ETag, which changes whenever the creator's view of the tool changes."""
        return str(self.revision)


def create(tx: Connection, uid: str, new: NewTool) -> OwnTool:
    """Create a tool for the caller; raise Unprocessable if the game does not exist."""
    try:
        builds.require_game(tx, int(new.game_id))
    except (errors.NotFound, errors.Conflict) as error:
        raise errors.invalid_field("game_id", error.detail) from error
    now = clock.now()
    row = {
        "game_id": int(new.game_id),
        "kind": new.kind,
        "creator_uid": uid,
        "plan": new.plan,
        "texts": _TEXTS.dump_json(new.texts).decode(),
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }
    tool = get(tx, uid, tx.execute(insert(tools), row).lastrowid)
    audit.record(tx, uid, "tool.create", tool.tool_id, {"after": _shown(tool)})
    return tool


def get(conn: Connection, uid: str, tool_id: int) -> OwnTool:
    """Return one of the caller's tools; raise NotFound for another creator's tool."""
    return _tool(conn.execute(_own(uid, tool_id)).one_or_none(), tool_id)


def list_page(
    conn: Connection, uid: str, after: int, limit: int
) -> tuple[list[OwnTool], int | None]:
    """Return up to `limit` tools, oldest first, and the last id if more follow."""
    mine = select(tools).where(tools.c.creator_uid == uid, tools.c.tool_id > after)
    query = mine.order_by(tools.c.tool_id)
    rows, last = sql.page(conn, query, limit, lambda row: int(row.tool_id))
    return [_tool(row, row.tool_id) for row in rows], last


def edit(
    tx: Connection, uid: str, tool_id: int, changes: ToolChanges, expected: Expected
) -> OwnTool:
    """Change one of the caller's tools; raise PreconditionFailed if its revision differs."""
    versioning.lock(tx)
    before = _tool(tx.execute(_own(uid, tool_id).with_for_update()).one_or_none(), tool_id)
    expected.require(before.tag, before)
    values: dict[str, Any] = {"revision": before.revision + 1, "updated_at": clock.now()}
    if changes.texts is not None:
        values["texts"] = _TEXTS.dump_json(changes.texts).decode()
    if "plan" in changes.model_fields_set:
        values["plan"] = changes.plan
    tx.execute(update(tools).where(tools.c.tool_id == tool_id).values(**values))
    versioning.bump(tx)
    after = get(tx, uid, tool_id)
    detail = {"before": _shown(before), "after": _shown(after)}
    audit.record(tx, uid, "tool.edit", after.tool_id, detail)
    return after


def _own(uid: str, tool_id: int) -> Select[Any]:
    return select(tools).where(tools.c.tool_id == tool_id, tools.c.creator_uid == uid)


def _tool(row: Row[Any] | None, tool_id: int) -> OwnTool:
    if row is None:
        raise errors.NotFound(f"you have no tool with the id {tool_id}")
    return OwnTool(
        tool_id=str(row.tool_id),
        game_id=str(row.game_id),
        kind=row.kind,
        texts=json.loads(row.texts),
        plan=row.plan,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _shown(tool: OwnTool) -> dict[str, Any]:
    return tool.model_dump(mode="json", exclude_none=True)
