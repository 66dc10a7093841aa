"""The creators' API for tools, builds of games, and tool versions.

A request body with unknown members is rejected. POST requests take effect once per Idempotency-Key,
and PATCH requests require If-Match. A request for another creator's tool or version returns 404.
"""

from typing import Annotated, TypeVar

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from shared.domain.catalog import builds
from shared.domain.catalog.art import Kind
from shared.domain.catalog.builds import Build, NewBuild
from shared.domain.ids import GameId, ToolId
from shared.domain.tools import model, own, versions
from shared.domain.tools.own import NewTool, OwnTool, ToolChanges
from shared.domain.tools.versions import (
    NewUpload,
    NewVersion,
    OwnVersion,
    VersionChanges,
    Withdrawal,
)
from shared.domain.uploads import art
from shared.domain.uploads.art import ArtStatus, ArtUpload, NewArtUpload, Slot, UploadComplete
from shared.domain.uploads.incoming import Upload
from shared.runtime import http, idempotency, outbox, sql
from shared.runtime.identity import Creator
from shared.schema.tools import tools

Version = Annotated[model.Version, Field(examples=["1.4.0"])]

T = TypeVar("T", OwnTool, OwnVersion)

api = http.Api(__file__)


@api.post("/v1/creator/tools", status=201, idempotent=idempotency.ByKey())
def create_tool(creator: Creator, tx: Connection, body: NewTool) -> http.Reply[OwnTool]:
    """Create a tool for a game."""
    tool = own.create(tx, creator.uid, body)
    return _tagged(tool, status=201, location=f"/v1/creator/tools/{tool.tool_id}")


@api.get("/v1/creator/tools")
def list_own_tools(
    creator: Creator, limit: http.Limit = 20, cursor: http.Cursor = None
) -> http.Page[OwnTool]:
    """List the caller's tools, oldest first."""
    after = http.after(cursor, "tools", int) or 0
    found, last = sql.read(lambda conn: own.list_page(conn, creator.uid, after, limit))
    return http.page(found, "tools", last)


@api.get("/v1/creator/tools/{tool_id}")
def get_own_tool(creator: Creator, tool_id: ToolId) -> http.Reply[OwnTool]:
    """Return one of the caller's tools."""
    return _tagged(sql.read(lambda conn: own.get(conn, creator.uid, int(tool_id))))


@api.patch("/v1/creator/tools/{tool_id}")
def edit_tool(
    creator: Creator, expected: http.IfMatch, tool_id: ToolId, body: ToolChanges
) -> http.Reply[OwnTool]:
    """Change a tool's text or the plan that the tool requires."""
    return _tagged(sql.transact(lambda tx: own.edit(tx, creator.uid, int(tool_id), body, expected)))


@api.get("/v1/creator/tools/{tool_id}/art")
def get_tool_art(creator: Creator, tool_id: ToolId) -> ArtStatus:
    """Return a tool's art and the state of its latest uploads, with any reason for rejection."""

    def look(conn: Connection) -> ArtStatus:
        own.get(conn, creator.uid, int(tool_id))
        return art.get(conn, tools, int(tool_id))

    return sql.read(look)


@api.post("/v1/creator/tools/{tool_id}/art/{kind}", status=201, idempotent=idempotency.ByKey())
def create_tool_art_upload(
    creator: Creator, tx: Connection, tool_id: ToolId, kind: Kind, body: NewArtUpload
) -> Upload:
    """Create an upload URL for a tool's icon, cover or banner."""
    own.get(tx, creator.uid, int(tool_id))
    return art.create(tx, Slot(tools, int(tool_id), kind), body, creator.uid)


def _art_is_uploaded(creator: Creator, tool_id: ToolId, kind: Kind, body: UploadComplete) -> None:
    def look(conn: Connection) -> None:
        own.get(conn, creator.uid, int(tool_id))
        art.require_uploaded(conn, Slot(tools, int(tool_id), kind), body.upload_id)

    sql.read(look)


@api.post(
    "/v1/creator/tools/{tool_id}/art/{kind}/publish",
    status=202,
    idempotent=idempotency.ByKey(before=_art_is_uploaded),
)
def publish_tool_art(
    creator: Creator, tx: Connection, tool_id: ToolId, kind: Kind, body: UploadComplete
) -> ArtUpload:
    """Queue an uploaded image for processing. The image is then published or rejected."""
    own.get(tx, creator.uid, int(tool_id))
    upload = art.complete(tx, Slot(tools, int(tool_id), kind), body.upload_id, creator.uid)
    sql.after_commit(outbox.flush)
    return upload


@api.post("/v1/creator/games/{game_id}/builds", status=201, idempotent=idempotency.ByKey())
def create_build(creator: Creator, tx: Connection, game_id: GameId, body: NewBuild) -> Build:
    """Register a build of a game and the marks that identify the build."""
    return builds.create(tx, creator.uid, int(game_id), body)


@api.get("/v1/creator/games/{game_id}/builds")
def list_builds(
    game_id: GameId, limit: http.Limit = 20, cursor: http.Cursor = None
) -> http.Page[Build]:
    """List all builds of a game, newest first, including builds registered by other creators."""
    query = f"builds {game_id}"
    after = http.after(cursor, query, AwareDatetime, int)
    found, last = sql.read(lambda conn: builds.list_page(conn, int(game_id), after, limit))
    return http.page(found, query, last)


@api.post("/v1/creator/tools/{tool_id}/versions", status=201, idempotent=idempotency.ByKey())
def create_version(
    creator: Creator, tx: Connection, tool_id: ToolId, body: NewVersion
) -> http.Reply[OwnVersion]:
    """Create a draft version of a tool."""
    made = versions.create(tx, creator.uid, int(tool_id), body)
    location = f"/v1/creator/tools/{tool_id}/versions/{made.version}"
    return _tagged(made, status=201, location=location)


@api.get("/v1/creator/tools/{tool_id}/versions")
def list_own_versions(
    creator: Creator, tool_id: ToolId, limit: http.Limit = 20, cursor: http.Cursor = None
) -> http.Page[OwnVersion]:
    """List a tool's versions in every state, highest version first."""
    query = f"versions {tool_id}"
    before = http.after(cursor, query, Version)
    found, last = sql.read(
        lambda conn: versions.list_page(conn, creator.uid, int(tool_id), before, limit)
    )
    return http.page(found, query, last)


@api.get("/v1/creator/tools/{tool_id}/versions/{version}")
def get_own_version(creator: Creator, tool_id: ToolId, version: Version) -> http.Reply[OwnVersion]:
    """Return one of the caller's versions, with its state and the result of its verification."""
    return _tagged(sql.read(lambda conn: versions.get(conn, creator.uid, int(tool_id), version)))


@api.patch("/v1/creator/tools/{tool_id}/versions/{version}")
def edit_version(
    creator: Creator,
    expected: http.IfMatch,
    tool_id: ToolId,
    version: Version,
    body: VersionChanges,
) -> http.Reply[OwnVersion]:
    """Change a draft version or a rejected version."""
    return _tagged(
        sql.transact(
            lambda tx: versions.edit(tx, creator.uid, int(tool_id), version, body, expected)
        )
    )


@api.post("/v1/creator/tools/{tool_id}/versions/{version}/upload", idempotent=idempotency.ByKey())
def create_version_upload(
    creator: Creator, tx: Connection, tool_id: ToolId, version: Version, body: NewUpload
) -> Upload:
    """Create an upload URL for the version's file; the URL is valid for one hour."""
    return versions.create_upload(tx, creator.uid, int(tool_id), version, body)


def _version_is_uploaded(creator: Creator, tool_id: ToolId, version: Version) -> None:
    sql.read(lambda conn: versions.require_uploaded(conn, creator.uid, int(tool_id), version))


@api.post(
    "/v1/creator/tools/{tool_id}/versions/{version}/publish",
    status=202,
    idempotent=idempotency.ByKey(before=_version_is_uploaded),
)
def publish_version(
    creator: Creator, tx: Connection, tool_id: ToolId, version: Version
) -> http.Reply[OwnVersion]:
    """Queue the uploaded file for verification. The version is then published or rejected.

    Returns 409 if no file was uploaded, or if a dependency has no published version in its range.
    """
    verifying = versions.publish(tx, creator.uid, int(tool_id), version)
    sql.after_commit(outbox.flush)
    return _tagged(verifying, status=202)


@api.post("/v1/creator/tools/{tool_id}/versions/{version}/withdraw", idempotent=idempotency.ByKey())
def withdraw_version(
    creator: Creator, tx: Connection, tool_id: ToolId, version: Version, body: Withdrawal
) -> http.Reply[OwnVersion]:
    """Withdraw a version so that it can no longer be downloaded."""
    return _tagged(versions.withdraw(tx, creator.uid, int(tool_id), version, body))


def _tagged(found: T, *, status: int = 200, location: str | None = None) -> http.Reply[T]:
    headers = {} if location is None else {"Location": location}
    return http.Reply(found, status=status, headers=headers, etag=found.tag)


main = api.entry_point()
