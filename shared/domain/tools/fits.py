"""Finds the tools that fit the installed games, each with its newest published stable version.

Only a game's newest tools are considered, because a game may have any number of tools and a batch
may contain many builds.
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

MAX_TOOLS = 20
_CHANNEL = "stable"

_version = tool_versions.c
_built = game_builds.alias("built")


class FittingTool(BaseModel):
    """A tool and its newest version that fits."""

    tool_id: str
    version: str


Fitting = dict[tuple[int, int | None], list[FittingTool]]
"""Tools by game and build; for an unknown build (None), every version fits."""


def newest(conn: Connection, builds: Mapping[int, set[int | None]]) -> Fitting:
    """Return the tools that fit, by game and build, for the given builds of each game."""
    build_ids = {build for some in builds.values() for build in some if build is not None}
    fitting: Fitting = defaultdict(list)
    if not builds:
        return fitting
    params = {"games": tuple(builds), "builds": tuple(build_ids) or (0,)}
    seen = set()
    for game_id, tool_id, build_id, latest, latest_fit in conn.execute(_NEWEST, params):
        if build_id is not None and latest_fit is not None:
            fitting[game_id, build_id].append(_tool(tool_id, latest_fit))
        if tool_id not in seen:
            seen.add(tool_id)
            fitting[game_id, None].append(_tool(tool_id, latest))
    return fitting


def _newest() -> Select[Any]:
    """Select each tool's newest version, and its newest fitting version for each build."""
    # One parameter per list, expanded by the driver: SQLAlchemy's expansion takes twice as long.
    game_ids: BindParameter[Any] = bindparam("games")
    build_ids: BindParameter[Any] = bindparam("builds")
    # A sort key has only characters above the space, so the appended version keeps the order.
    keyed = func.concat(_version.sort_key, " ", _version.version)
    fits = ranges.fits(_built.c.released_at)
    tool = _newest_tools(game_ids)
    return (
        select(
            tool.game_id,
            tool.tool_id,
            _built.c.build_id,
            func.max(keyed),
            func.max(case((fits, keyed))),
        )
        .join(tool_versions, _published(tool.tool_id))
        .outerjoin(
            _built, and_(_built.c.game_id == tool.game_id, _built.c.build_id.op("IN")(build_ids))
        )
        .outerjoin(ranges.first_build, ranges.first_build.c.build_id == _version.first_build_id)
        .outerjoin(ranges.last_build, ranges.last_build.c.build_id == _version.last_build_id)
        .where(tool.place <= MAX_TOOLS)
        .group_by(tool.game_id, tool.tool_id, _built.c.build_id)
        .order_by(tool.game_id, tool.tool_id.desc())
    )


def _newest_tools(game_ids: ColumnElement[Any]) -> Any:
    """Return the columns of the games' tools that have a published version, newest first."""
    place = func.row_number().over(partition_by=tools.c.game_id, order_by=tools.c.tool_id.desc())
    has_version = exists().where(_published(tools.c.tool_id))
    return (
        select(tools.c.game_id, tools.c.tool_id, place.label("place"))
        .where(tools.c.game_id.op("IN")(game_ids), has_version)
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


def _tool(tool_id: int, keyed: str) -> FittingTool:
    return FittingTool(tool_id=str(tool_id), version=keyed.rpartition(" ")[2])
