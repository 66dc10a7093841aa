"""How often tools are downloaded: granted downloads, counted in batches.

A count is of players a day: what one player is granted again on the same day has the same id.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from typing import Any, ClassVar

from pydantic import AwareDatetime
from sqlalchemy import Connection, literal_column

from shared.domain.tool_model import Id
from shared.runtime import errors, inbox, logs, messages, metrics, outbox, sql
from shared.runtime.messages import Message
from shared.schema.base import BIGINT
from shared.schema.downloads import tool_download_days, tool_downloads

CONSUMER = "roll_up_downloads"

_MORE: Any = literal_column("VALUES(`downloads`)", BIGINT)


class DownloadGranted(Message):
    """A player was told where to read an artifact.

    download_id: the same for a player, a version and a day (UTC), however often it is asked for.
    It names nobody.
    """

    topic: ClassVar[str] = "downloads-granted"
    type: ClassVar[str] = "savepoint.downloads.granted.v1"

    download_id: str
    tool_id: Id
    version_id: Id
    granted_at: AwareDatetime


def report(granted: DownloadGranted) -> None:
    """Have a download counted; through the outbox only while the message service is away."""
    try:
        messages.publish(granted, event_id=granted.download_id)
    except errors.Unavailable as error:
        logs.warning("a download waits in the outbox to be counted", reason=error.detail)
        sql.transact(lambda tx: outbox.add(tx, granted))


def count(tx: Connection, granted: Sequence[DownloadGranted]) -> None:
    """Add what was not counted yet to the counts, however many, in four statements."""
    told = {one.download_id: one for one in granted}
    sql.after_commit(lambda: metrics.observe(metrics.ROLL_UP_SIZE, len(granted)))
    new = [told[download_id] for download_id in inbox.first_times(tx, CONSUMER, told)]
    days = Counter((int(one.version_id), one.granted_at.astimezone(UTC).date()) for one in new)
    totals = Counter(int(one.tool_id) for one in new)
    sql.upsert(
        tx,
        tool_download_days,
        [
            {"version_id": version_id, "day": day, "downloads": downloads}
            for (version_id, day), downloads in sorted(days.items())
        ],
        {"downloads": tool_download_days.c.downloads + _MORE},
    )
    sql.upsert(
        tx,
        tool_downloads,
        [{"tool_id": tool_id, "downloads": more} for tool_id, more in sorted(totals.items())],
        {"downloads": tool_downloads.c.downloads + _MORE},
    )
