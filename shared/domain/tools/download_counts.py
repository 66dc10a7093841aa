"""How often tools are downloaded: granted downloads, counted in batches.

A count is of players a day: what one player is granted again on the same day has the same id.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, timedelta
from typing import Any, ClassVar

from pydantic import AwareDatetime
from sqlalchemy import Connection, and_, false, literal_column, or_, select

from shared.domain.ids import Id
from shared.domain.metrics import ROLL_UP_SIZE
from shared.runtime import clock, errors, logs, messages, metrics, outbox, sql
from shared.runtime.messages import Message
from shared.schema.base import BIGINT
from shared.schema.downloads import (
    COUNTED_DAYS,
    download_marks,
    tool_download_days,
    tool_downloads,
)

Mark = tuple[date, bytes]
"""What a download is known by once it was counted: its day (UTC), and a hash of its id."""

_at = download_marks.c
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


def record(tx: Connection, granted: Sequence[DownloadGranted]) -> None:
    """Add what was not counted yet to the counts, however many, in four statements."""
    oldest = clock.now().date() - timedelta(days=COUNTED_DAYS)
    sql.after_commit(lambda: metrics.observe(ROLL_UP_SIZE, len(granted)))
    told = {_mark(one): one for one in granted if _day(one) >= oldest}
    new = [told[mark] for mark in _first_times(tx, told)]
    days = Counter((int(one.version_id), _day(one)) for one in new)
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


def _first_times(tx: Connection, marks: Collection[Mark]) -> list[Mark]:
    """Mark downloads as counted; return those that were not.

    Raises Unavailable when another transaction marked one of them meanwhile.
    """
    new = sorted(set(marks) - _known(tx, marks))
    rows = [{"day": day, "mark": mark} for day, mark in new]
    claimed = sql.insert_ignore(tx, download_marks, rows)
    sql.safe_to_retry_commit()
    if claimed != len(new):
        raise errors.Unavailable("some of these downloads are being counted elsewhere")
    again = len(marks) - len(new)
    sql.after_commit(lambda: metrics.count(metrics.INBOX_DUPLICATES, again))
    return new


def _known(conn: Connection, marks: Collection[Mark]) -> set[Mark]:
    hashes: dict[date, list[bytes]] = defaultdict(list)
    for day, mark in marks:
        hashes[day].append(mark)
    on_a_day = (and_(_at.day == day, _at.mark.in_(some)) for day, some in sorted(hashes.items()))
    known = select(_at.day, _at.mark).where(or_(false(), *on_a_day))
    return {(row.day, row.mark) for row in conn.execute(known)}


def _mark(granted: DownloadGranted) -> Mark:
    return _day(granted), hashlib.sha256(granted.download_id.encode()).digest()[:16]


def _day(granted: DownloadGranted) -> date:
    return granted.granted_at.astimezone(UTC).date()
