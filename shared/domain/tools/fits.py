"""Which tools fit the games on a disk: of each tool the newest published, stable version.

Of a game's newest tools only: anyone may publish any number, and a batch may name many builds.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
)

from shared.domain.tools import ranges
from shared.schema.catalog import game_builds
from shared.schema.tools import tool_versions, tools

MOST_TOOLS = 20
_CHANNEL = "stable"

_version = tool_versions.c
_built = game_builds.alias("built")


class FittingTool(BaseModel):
    """A tool, and the newest version of it that fits."""

    tool_id: str
    version: str


Fitting = dict[tuple[int, int | None], list[FittingTool]]
"""By game and build; where no build is known, every version fits."""


def newest(conn: Connection, builds: Mapping[int, set[int | None]]) -> Fitting:
    """Return the tools of some games for the builds that were found of each."""
    known = {build for some in builds.values() for build in some if build is not None}
    found: Fitting = defaultdict(list)
    if not builds:
        return found
    asked = {"games": tuple(builds), "builds": tuple(known) or (0,)}
    seen = set()
    for game_id, tool_id, build_id, newest, fits in conn.execute(_NEWEST, asked):
        if build_id is not None and fits is not None:
            found[game_id, build_id].append(_tool(tool_id, fits))
        if tool_id not in seen:
            seen.add(tool_id)
            found[game_id, None].append(_tool(tool_id, newest))
    return found


def _newest() -> Select[Any]:
    """Select a tool's newest version of all, and of those that fit each build."""
    # One parameter each, which the driver writes as a list: SQLAlchemy's own take twice the time.
    game_ids: BindParameter[Any] = bindparam("games")
    build_ids: BindParameter[Any] = bindparam("builds")
    # A sort key has no space, and none below it: with the version behind it, it sorts the same.
    name = func.concat(_version.sort_key, " ", _version.version)
    fits = ranges.fits(_built.c.released_at)
    tool = _newest_tools(game_ids)
    return (
        select(
            tool.game_id,
            tool.tool_id,
            _built.c.build_id,
            func.max(name),
            func.max(case((fits, name))),
        )
        .join(tool_versions, _published(tool.tool_id))
        .outerjoin(
            _built, and_(_built.c.game_id == tool.game_id, _built.c.build_id.op("IN")(build_ids))
        )
        .outerjoin(ranges.first_build, ranges.first_build.c.build_id == _version.first_build_id)
        .outerjoin(ranges.last_build, ranges.last_build.c.build_id == _version.last_build_id)
        .where(tool.place <= MOST_TOOLS)
        .group_by(tool.game_id, tool.tool_id, _built.c.build_id)
        .order_by(tool.game_id, tool.tool_id.desc())
    )


def _newest_tools(game_ids: ColumnElement[Any]) -> Any:
    """Return the columns of the games' tools that have a version to show, the newest first."""
    place = func.row_number().over(partition_by=tools.c.game_id, order_by=tools.c.tool_id.desc())
    shown = exists().where(_published(tools.c.tool_id))
    return (
        select(tools.c.game_id, tools.c.tool_id, place.label("place"))
        .where(tools.c.game_id.op("IN")(game_ids), shown)
        .subquery("tool")
        .c
    )


def _published(tool_id: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(
        _version.tool_id == tool_id,
        _version.state == "published",
        _version.channel == _CHANNEL,
    )


_NEWEST = _newest()


def _tool(tool_id: int, newest: str) -> FittingTool:
    return FittingTool(tool_id=str(tool_id), version=newest.rpartition(" ")[2])
