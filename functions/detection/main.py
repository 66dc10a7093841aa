"""The current list for detecting games locally; clients read the list itself from the bucket.

Responses are cached like the catalog's: 60 seconds by the CDN and clients, and by this instance
until a new list is published, which it checks at most every 5 seconds.
"""

from typing import Annotated

from pydantic import Field

from shared.domain.catalog.detection import publishing
from shared.domain.catalog.detection.publishing import DetectionList
from shared.domain.programs import Os
from shared.runtime import http, memory, sql

Version = Annotated[int, Field(ge=0, lt=2**63)]

SHARED = http.cache_control("public, max-age=60")

api = http.Api(__file__)
version = memory.Version(lambda: api.in_thread(sql.read, publishing.current_version))
answers: memory.Memory[dict[int, http.Reply[DetectionList]]] = memory.Memory(3, version)


@api.get("/v1/detection/{os}")
async def get_detection_list(os: Os, from_: Version = 0) -> http.Reply[DetectionList]:
    """Return where the current list is; `from`: the version that the caller has."""

    def load() -> dict[int, http.Reply[DetectionList]]:
        found = sql.read(lambda conn: publishing.list_current(conn, os))
        return {known: http.Reply(one, headers=SHARED) for known, one in found.items()}

    # All versions at once: whatever `from` a caller sends, nothing is read or cached for it alone.
    replies = await answers.get(os, lambda: api.in_thread(load))
    return replies.get(from_, replies[0])


main = api.entry_point()
