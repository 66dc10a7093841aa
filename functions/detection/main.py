"""Where the newest list is; the list itself clients read from the bucket.

An answer is kept as the catalog's are: 60 seconds by the CDN and clients, and by this instance
until lists are built anew, which it looks for at most every 5 seconds.
"""

from typing import Annotated

from pydantic import Field

from shared.domain.catalog.detection import files
from shared.domain.catalog.detection.files import DetectionList
from shared.domain.programs import Os
from shared.runtime import http, memory, sql

Version = Annotated[int, Field(ge=0, lt=2**63)]

SHARED = http.cache_control("public, max-age=60")

api = http.Api(__file__)
version = memory.Version(lambda: api.in_thread(sql.read, files.built_from))
answers: memory.Memory[dict[int, http.Reply[DetectionList]]] = memory.Memory(3, version)


@api.get("/v1/detection/{os}")
async def newest(os: Os, from_: Version = 0) -> http.Reply[DetectionList]:
    """Return where the newest list is; `from`: the version that the caller has."""

    def load() -> dict[int, http.Reply[DetectionList]]:
        found = sql.read(lambda conn: files.answers(conn, os))
        return {known: http.Reply(one, headers=SHARED) for known, one in found.items()}

    # All versions at once: whatever a caller says it has, nothing is read or kept for it.
    replies = await answers.get(os, lambda: api.in_thread(load))
    return replies.get(from_, replies[0])


main = api.entry_point()
