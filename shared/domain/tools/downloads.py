"""Who may download the artifact of a tool's version."""

import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Row, Select, and_, select

from shared.domain.errors import BuildNotSupported, NotPublished, PlanRequired, Withdrawn
from shared.domain.ids import Id
from shared.domain.plans import not_ended
from shared.domain.tools import ranges
from shared.domain.tools.download_counts import DownloadGranted
from shared.domain.tools.model import Version
from shared.domain.uploads import artifacts
from shared.runtime import clock, errors, objects
from shared.schema.catalog import game_builds
from shared.schema.downloads import entitlements as plans
from shared.schema.tools import tool_versions, tools

URL_SECONDS = 300

_version = tool_versions.c
_build = game_builds.alias("build")


class NewDownload(BaseModel):
    """A version of a tool; `build_id`: the build that it is wanted for, where it is known."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tool_id": "7", "version": "1.2.0", "build_id": "12"}]}
    )

    tool_id: Id
    version: Version
    build_id: Id | None = None


class Download(BaseModel):
    """Where the artifact can be read until `expires_at`; compare its SHA-256 before it runs."""

    url: str
    sha256: str
    size: int
    expires_at: datetime


def create(conn: Connection, uid: str, wish: NewDownload) -> tuple[Download, DownloadGranted]:
    """Return where a player reads an artifact, and the message that counts it; one statement.

    Raises NotPublished, Withdrawn, PlanRequired, BuildNotSupported, or Unprocessable for a build
    that is not the game's.
    """
    now = clock.now()
    row = _found(conn, uid, wish, now)
    if row is None or row.published_at is None:
        raise NotPublished(f"the tool {wish.tool_id} has no version {wish.version}")
    if row.state != "published":
        raise Withdrawn(f"the version {wish.version} was withdrawn")
    if row.plan is not None and row.has_plan is None:
        raise PlanRequired(f"the plan {row.plan} is needed", plan=row.plan)
    if wish.build_id is not None:
        _check_build(row, wish.build_id)
    url = objects.presign_get(
        artifacts.key(row.sha256), seconds=URL_SECONDS, filename=_file_name(row)
    )
    expires_at = now + timedelta(seconds=URL_SECONDS)
    granted = DownloadGranted(
        download_id=_download_id(uid, row.version_id, now),
        tool_id=str(row.tool_id),
        version_id=str(row.version_id),
        granted_at=now,
    )
    return Download(url=url, sha256=row.sha256, size=row.size, expires_at=expires_at), granted


def _found(conn: Connection, uid: str, wish: NewDownload, now: datetime) -> Row[Any] | None:
    theirs = and_(plans.c.uid == uid, plans.c.plan == tools.c.plan, not_ended(now))
    asked = None if wish.build_id is None else int(wish.build_id)
    whole = (
        ranges.WITH_BOUNDS.join(tools, tools.c.tool_id == _version.tool_id)
        .outerjoin(plans, theirs)
        .outerjoin(_build, and_(_build.c.build_id == asked, _build.c.game_id == tools.c.game_id))
    )
    query: Select[Any] = (
        select(
            _version.version_id,
            _version.tool_id,
            _version.version,
            _version.state,
            _version.size,
            _version.sha256,
            _version.published_at,
            _version.first_build_id,
            _version.last_build_id,
            ranges.fits(_build.c.released_at).label("fits"),
            tools.c.plan,
            tools.c.texts,
            tools.c.kind,
            plans.c.uid.label("has_plan"),
            _build.c.released_at,
        )
        .select_from(whole)
        .where(_version.tool_id == int(wish.tool_id), _version.version == wish.version)
    )
    return conn.execute(query).one_or_none()


def _check_build(row: Row[Any], build_id: str) -> None:
    if row.released_at is None:
        detail = f"the game has no build {build_id}"
        raise errors.Unprocessable(detail, errors=[{"field": "build_id", "detail": detail}])
    if not row.fits:
        ends = {"first_build": row.first_build_id, "last_build": row.last_build_id}
        named: dict[str, Any] = {name: str(end) for name, end in ends.items() if end is not None}
        spelled = ", ".join(f"{name} {end}" for name, end in named.items())
        raise BuildNotSupported(f"the version fits other builds: {spelled}", **named)


def _download_id(uid: str, version_id: int, now: datetime) -> str:
    """Return what one player's request for a version has in common with the day's others."""
    named = json.dumps([uid, version_id, now.date().isoformat()])
    return hashlib.sha256(named.encode()).hexdigest()


def _file_name(row: Row[Any]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", json.loads(row.texts)["en"]["name"].lower()).strip("-")
    return f"{name or row.kind}-{row.version}"
