"""What creators write: tools, builds of games, and versions from the draft to the withdrawal.

Bodies refuse unknown members. A POST takes effect once under its Idempotency-Key, a PATCH needs
If-Match. What is another creator's is not there.
"""

from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from shared.domain.catalog import builds
from shared.domain.catalog.art import Kind
from shared.domain.catalog.builds import Build, NewBuild
from shared.domain.ids import Id
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

GameId = Annotated[Id, Field(examples=["3255"])]
ToolId = Annotated[Id, Field(examples=["7"])]
Version = Annotated[model.Version, Field(examples=["1.4.0"])]
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[str | None, Field(max_length=1000)]

T = TypeVar("T", OwnTool, OwnVersion)

api = http.Api(__file__)


@api.post("/v1/creator/tools", status=201)
def create_tool(creator: Creator, key: idempotency.Key, wish: NewTool) -> http.Reply[OwnTool]:
    """Make a tool for a game."""

    def work(tx: Connection) -> http.Reply[OwnTool]:
        tool = own.create(tx, creator.uid, wish)
        return _tagged(tool, status=201, location=f"/v1/creator/tools/{tool.tool_id}")

    return idempotency.once(key, creator.uid, "tools", wish, work)


@api.get("/v1/creator/tools")
def list_tools(creator: Creator, limit: Limit = 20, cursor: Cursor = None) -> http.Page[OwnTool]:
    """List the caller's tools, the oldest first."""
    (after,) = http.decode_own_cursor(cursor, "tools", int) if cursor else (0,)
    found, last = sql.read(lambda conn: own.list_page(conn, creator.uid, after, limit))
    return http.Page[OwnTool](items=found, next_cursor=_cursor("tools", last))


@api.get("/v1/creator/tools/{tool_id}")
def show_tool(creator: Creator, tool_id: ToolId) -> http.Reply[OwnTool]:
    """Return one of the caller's tools."""
    return _tagged(sql.read(lambda conn: own.get(conn, creator.uid, int(tool_id))))


@api.patch("/v1/creator/tools/{tool_id}")
def edit_tool(
    creator: Creator, if_match: http.IfMatch, tool_id: ToolId, wish: ToolChanges
) -> http.Reply[OwnTool]:
    """Change what a tool is called, or the plan that a player needs for it."""

    def check(tool: OwnTool) -> None:
        http.check_if_match(if_match, tool.revision, tool)

    return _tagged(sql.transact(lambda tx: own.edit(tx, creator.uid, int(tool_id), wish, check)))


@api.get("/v1/creator/tools/{tool_id}/art")
def show_art(creator: Creator, tool_id: ToolId) -> ArtStatus:
    """Return a tool's art and what became of its last uploads; a rejected one says why."""

    def look(conn: Connection) -> ArtStatus:
        own.get(conn, creator.uid, int(tool_id))
        return art.get(conn, tools, int(tool_id))

    return sql.read(look)


@api.post("/v1/creator/tools/{tool_id}/art/{kind}", status=201)
def announce_art(
    creator: Creator, key: idempotency.Key, tool_id: ToolId, kind: Kind, wish: NewArtUpload
) -> http.Reply[Upload]:
    """Answer where to PUT a tool's icon, cover or banner."""
    slot = Slot(tools, int(tool_id), kind)

    def work(tx: Connection) -> http.Reply[Upload]:
        own.get(tx, creator.uid, slot.row_id)
        return http.Reply(art.create(tx, slot, wish, creator.uid), status=201)

    return idempotency.once(key, creator.uid, f"art {tool_id} {kind}", wish, work)


@api.post("/v1/creator/tools/{tool_id}/art/{kind}/publish", status=202)
def publish_art(
    creator: Creator, key: idempotency.Key, tool_id: ToolId, kind: Kind, wish: UploadComplete
) -> http.Reply[ArtUpload]:
    """Have an uploaded picture made into art; it is shown soon after, or rejected."""
    slot = Slot(tools, int(tool_id), kind)

    def work(tx: Connection) -> http.Reply[ArtUpload]:
        own.get(tx, creator.uid, slot.row_id)
        art.require_uploaded(tx, slot, wish.upload_id)
        return http.Reply(art.complete(tx, slot, wish.upload_id, creator.uid), status=202)

    reply = idempotency.once(key, creator.uid, f"publish art {tool_id} {kind}", wish, work)
    outbox.flush()
    return reply


@api.post("/v1/creator/games/{game_id}/builds", status=201)
def create_build(
    creator: Creator, key: idempotency.Key, game_id: GameId, wish: NewBuild
) -> http.Reply[Build]:
    """Tell of a build of a game and of what it is known by."""

    def work(tx: Connection) -> http.Reply[Build]:
        return http.Reply(builds.create(tx, creator.uid, int(game_id), wish), status=201)

    return idempotency.once(key, creator.uid, f"builds {game_id}", wish, work)


@api.get("/v1/creator/games/{game_id}/builds")
def list_builds(game_id: GameId, limit: Limit = 20, cursor: Cursor = None) -> http.Page[Build]:
    """List the builds of a game, whoever told of them, the newest first."""
    query = f"builds {game_id}"
    after = http.decode_own_cursor(cursor, query, AwareDatetime, int) if cursor else None
    found, last = sql.read(lambda conn: builds.list_page(conn, int(game_id), after, limit))
    return http.Page[Build](items=found, next_cursor=_cursor(query, *last or (None,)))


@api.post("/v1/creator/tools/{tool_id}/versions", status=201)
def create_version(
    creator: Creator, key: idempotency.Key, tool_id: ToolId, wish: NewVersion
) -> http.Reply[OwnVersion]:
    """Draft a version of a tool."""

    def work(tx: Connection) -> http.Reply[OwnVersion]:
        made = versions.create(tx, creator.uid, int(tool_id), wish)
        where = f"/v1/creator/tools/{tool_id}/versions/{made.version}"
        return _tagged(made, status=201, location=where)

    return idempotency.once(key, creator.uid, f"versions {tool_id}", wish, work)


@api.get("/v1/creator/tools/{tool_id}/versions")
def list_versions(
    creator: Creator, tool_id: ToolId, limit: Limit = 20, cursor: Cursor = None
) -> http.Page[OwnVersion]:
    """List the versions of a tool in every state, the highest first."""
    query = f"versions {tool_id}"
    (before,) = http.decode_own_cursor(cursor, query, Version) if cursor else (None,)
    found, last = sql.read(
        lambda conn: versions.list_page(conn, creator.uid, int(tool_id), before, limit)
    )
    return http.Page[OwnVersion](items=found, next_cursor=_cursor(query, last))


@api.get("/v1/creator/tools/{tool_id}/versions/{version}")
def show_version(creator: Creator, tool_id: ToolId, version: Version) -> http.Reply[OwnVersion]:
    """Return one version of the caller's, with its state and what verifying said."""
    return _tagged(sql.read(lambda conn: versions.get(conn, creator.uid, int(tool_id), version)))


@api.patch("/v1/creator/tools/{tool_id}/versions/{version}")
def edit_version(
    creator: Creator,
    if_match: http.IfMatch,
    tool_id: ToolId,
    version: Version,
    wish: VersionChanges,
) -> http.Reply[OwnVersion]:
    """Change a draft, or what was rejected."""

    def check(known: OwnVersion) -> None:
        http.check_if_match(if_match, _tag(known), known)

    return _tagged(
        sql.transact(lambda tx: versions.edit(tx, creator.uid, int(tool_id), version, wish, check))
    )


@api.post("/v1/creator/tools/{tool_id}/versions/{version}/upload")
def allow_upload(
    creator: Creator, key: idempotency.Key, tool_id: ToolId, version: Version, wish: NewUpload
) -> http.Reply[Upload]:
    """Answer where the version's file can be put during the next hour."""

    def work(tx: Connection) -> http.Reply[Upload]:
        return http.Reply(versions.create_upload(tx, creator.uid, int(tool_id), version, wish))

    return idempotency.once(key, creator.uid, f"upload {tool_id} {version}", wish, work)


@api.post("/v1/creator/tools/{tool_id}/versions/{version}/publish", status=202)
def publish(
    creator: Creator, key: idempotency.Key, tool_id: ToolId, version: Version
) -> http.Reply[OwnVersion]:
    """Have the uploaded file verified; the version is published, or rejected, soon after.

    409 when nothing was uploaded, or no published version of a dependency lies in its range.
    """

    def work(tx: Connection) -> http.Reply[OwnVersion]:
        versions.require_uploaded(tx, creator.uid, int(tool_id), version)
        return _tagged(versions.publish(tx, creator.uid, int(tool_id), version), status=202)

    reply = idempotency.once(key, creator.uid, f"publish {tool_id} {version}", None, work)
    outbox.flush()
    return reply


@api.post("/v1/creator/tools/{tool_id}/versions/{version}/withdraw")
def withdraw(
    creator: Creator, key: idempotency.Key, tool_id: ToolId, version: Version, wish: Withdrawal
) -> http.Reply[OwnVersion]:
    """Take a version back: nobody gets it any more."""

    def work(tx: Connection) -> http.Reply[OwnVersion]:
        return _tagged(versions.withdraw(tx, creator.uid, int(tool_id), version, wish))

    return idempotency.once(key, creator.uid, f"withdraw {tool_id} {version}", wish, work)


def _tagged(found: T, *, status: int = 200, location: str | None = None) -> http.Reply[T]:
    headers = {} if location is None else {"Location": location}
    return http.Reply(found, status=status, headers=headers, etag=_tag(found))


def _tag(found: OwnTool | OwnVersion) -> str:
    """Return an ETag; a version that is overdue is shown as rejected before its row changes."""
    reason = getattr(found, "reason", None)
    overdue = "-overdue" if reason and reason.code == "overdue" else ""
    return f"{found.revision}{overdue}"


def _cursor(query: str, *last: Any) -> str | None:
    return None if last == (None,) else http.encode_cursor(query, *last)


main = api.entry_point()
