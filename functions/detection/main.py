"""Returns the URLs of the current lists that clients use to detect running games.

The CDN and clients cache responses for 60 seconds. Each instance also caches responses until a new
list is published. An instance checks for a new list at most once every 5 seconds.
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
    """Return the URLs of the current list and, if available, of the delta from version `from`."""

    def load() -> dict[int, http.Reply[DetectionList]]:
        found = sql.read(lambda conn: publishing.list_current(conn, os))
        return {known: http.Reply(one, headers=SHARED) for known, one in found.items()}

    # Responses for all versions are read and cached together, so no `from` causes a separate read.
    replies = await answers.get(os, lambda: api.in_thread(load))
    return replies.get(from_, replies[0])


main = api.entry_point()
