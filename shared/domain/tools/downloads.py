"""Lets players download a version's artifact."""

import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Row, Select, and_, select

from shared.domain.errors import BuildNotSupported, NotPublished, PlanRequired, Withdrawn
from shared.domain.ids import Id
from shared.domain.plans import is_active
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
    """The tool version to download; `build_id` is the player's build of the game, if known."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tool_id": "7", "version": "1.2.0", "build_id": "12"}]}
    )

    tool_id: Id
    version: Version
    build_id: Id | None = None


class Download(BaseModel):
    """The artifact's URL, valid until `expires_at`; verify the SHA-256 before running the file."""

    url: str
    sha256: str
    size: int
    expires_at: datetime


def create(conn: Connection, uid: str, new: NewDownload) -> tuple[Download, DownloadGranted]:
    """Return a player's download and the message that counts it, using one SQL statement.

    Raises NotPublished, Withdrawn, PlanRequired, BuildNotSupported, or Unprocessable for a build
    that the game does not have.
    """
    now = clock.now()
    row = _find_version(conn, uid, new, now)
    if row is None or row.published_at is None:
        raise NotPublished(f"tool {new.tool_id} has no version {new.version}")
    if row.state != "published":
        raise Withdrawn(f"version {new.version} was withdrawn")
    if row.plan is not None and row.has_plan is None:
        raise PlanRequired(f"the download requires the plan {row.plan}", plan=row.plan)
    if new.build_id is not None:
        _check_build(row, new.build_id)
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


def _find_version(conn: Connection, uid: str, new: NewDownload, now: datetime) -> Row[Any] | None:
    player_plan = and_(plans.c.uid == uid, plans.c.plan == tools.c.plan, is_active(now))
    build_id = None if new.build_id is None else int(new.build_id)
    source = (
        ranges.WITH_BOUNDS.join(tools, tools.c.tool_id == _version.tool_id)
        .outerjoin(plans, player_plan)
        .outerjoin(_build, and_(_build.c.build_id == build_id, _build.c.game_id == tools.c.game_id))
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
        .select_from(source)
        .where(_version.tool_id == int(new.tool_id), _version.version == new.version)
    )
    return conn.execute(query).one_or_none()


def _check_build(row: Row[Any], build_id: str) -> None:
    if row.released_at is None:
        detail = f"the game has no build {build_id}"
        raise errors.Unprocessable(detail, errors=[{"field": "build_id", "detail": detail}])
    if not row.fits:
        ends = {"first_build": row.first_build_id, "last_build": row.last_build_id}
        bounds: dict[str, Any] = {name: str(end) for name, end in ends.items() if end is not None}
        listed = ", ".join(f"{name} {end}" for name, end in bounds.items())
        detail = f"the version does not support this build; it supports: {listed}"
        raise BuildNotSupported(detail, **bounds)


def _download_id(uid: str, version_id: int, now: datetime) -> str:
    """Return an id that is the same for all of a player's downloads of a version on one day."""
    source = json.dumps([uid, version_id, now.date().isoformat()])
    return hashlib.sha256(source.encode()).hexdigest()


def _file_name(row: Row[Any]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", json.loads(row.texts)["en"]["name"].lower()).strip("-")
    return f"{name or row.kind}-{row.version}"
