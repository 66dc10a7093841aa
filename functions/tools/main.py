"""The public API for published tools; its responses are cached like the catalog's."""

import time
from typing import Any

from shared.domain.catalog import versioning
from shared.domain.ids import ToolId
from shared.domain.locales import Locale
from shared.domain.tools import published
from shared.domain.tools.published import BuildId, ToolDetail, ToolVersion
from shared.runtime import http, memory, sql

COUNTS_KEPT_SECONDS = 300
SHARED = http.cache_control("public, max-age=60")

api = http.Api(__file__)
version = memory.Version(lambda: api.in_thread(sql.read, versioning.current))
details: memory.Memory[http.Reply[Any]] = memory.Memory(1000, version)
pages: memory.Memory[http.Reply[Any]] = memory.Memory(1000, version)


@api.get("/v1/tools/{tool_id}")
async def get_tool(
    tool_id: ToolId, build: BuildId = None, locale: Locale = None
) -> http.Reply[ToolDetail]:
    """Return one tool with the newest version per channel that fits `build`.

    The download count may be a few minutes old.
    """
    asked = published.parse_params(locale, build)

    def load() -> http.Reply[ToolDetail]:
        found = sql.read(lambda conn: published.get(conn, int(tool_id), asked))
        headers = {**SHARED, "Content-Language": published.languages([found])}
        return http.Reply(found, headers=headers)

    # Downloads do not increase the version, so a response with a count expires after a fixed time.
    period = time.monotonic() // COUNTS_KEPT_SECONDS
    return await details.get((tool_id, asked, period), lambda: api.in_thread(load))


@api.get("/v1/tools/{tool_id}/versions")
async def list_tool_versions(
    tool_id: ToolId,
    build: BuildId = None,
    locale: Locale = None,
    limit: http.Limit = 20,
    cursor: http.Cursor = None,
) -> http.Reply[http.Page[ToolVersion]]:
    """List a tool's published versions that fit `build`, newest first."""
    asked, query = published.parse_params(locale, build), f"versions of {tool_id}, build {build}"
    after = http.after(cursor, query, str)

    def load() -> http.Reply[http.Page[ToolVersion]]:
        found, last = sql.read(
            lambda c: published.list_versions(c, int(tool_id), asked, after, limit)
        )
        headers = {**SHARED, "Content-Language": published.languages(found)}
        return http.Reply(http.page(found, query, last), headers=headers)

    return await pages.get((query, asked, after, limit), lambda: api.in_thread(load))


main = api.entry_point()
