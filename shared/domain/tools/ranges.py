"""Determines which versions of a tool fit a build of its game.

A version fits every build from its first build to its last build, inclusive. Builds are ordered by
release time, so a range of builds is a range of times. An absent bound sets no limit.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from shared.schema.catalog import game_builds
from shared.schema.tools import tool_versions

first_build = game_builds.alias("first_build")
last_build = game_builds.alias("last_build")

_version = tool_versions.c

WITH_BOUNDS = tool_versions.outerjoin(
    first_build, first_build.c.build_id == _version.first_build_id
).outerjoin(last_build, last_build.c.build_id == _version.last_build_id)
"""Versions joined with the builds that bound them."""


def fits(released_at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition for versions that fit a build released at this time."""
    return and_(
        or_(_version.first_build_id.is_(None), first_build.c.released_at <= released_at),
        or_(_version.last_build_id.is_(None), last_build.c.released_at >= released_at),
    )
