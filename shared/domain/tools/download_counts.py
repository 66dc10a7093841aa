"""Counts granted downloads of tools, in batches.

A player is counted once per version per day (UTC), because all grants of a version to a player on
one day have the same download id.
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
"""Identifies a counted download: its day (UTC) and a hash of its id."""

_marks = download_marks.c
_ADDED: Any = literal_column("VALUES(`downloads`)", BIGINT)


class DownloadGranted(Message):
    """A player received a download URL.

    download_id: the same for all grants of a version to a player on one day (UTC). The id does not
        identify the player.
    """

    topic: ClassVar[str] = "downloads-granted"
    type: ClassVar[str] = "savepoint.downloads.granted.v1"

    download_id: str
    tool_id: Id
    version_id: Id
    granted_at: AwareDatetime


def report(granted: DownloadGranted) -> None:
    """Publish a granted download to be counted; use the outbox if Pub/Sub is unavailable."""
    try:
        messages.publish(granted, event_id=granted.download_id)
    except errors.Unavailable as error:
        logs.warning("a download to be counted was put into the outbox", reason=error.detail)
        sql.transact(lambda tx: outbox.add(tx, granted))


def record(tx: Connection, granted: Sequence[DownloadGranted]) -> None:
    """Count the downloads that have not been counted yet, using four SQL statements."""
    oldest = clock.now().date() - timedelta(days=COUNTED_DAYS)
    sql.after_commit(lambda: metrics.observe(ROLL_UP_SIZE, len(granted)))
    by_mark = {_mark(one): one for one in granted if _day(one) >= oldest}
    new = [by_mark[mark] for mark in _claim_new(tx, by_mark)]
    days = Counter((int(one.version_id), _day(one)) for one in new)
    totals = Counter(int(one.tool_id) for one in new)
    sql.upsert(
        tx,
        tool_download_days,
        [
            {"version_id": version_id, "day": day, "downloads": downloads}
            for (version_id, day), downloads in sorted(days.items())
        ],
        {"downloads": tool_download_days.c.downloads + _ADDED},
    )
    sql.upsert(
        tx,
        tool_downloads,
        [{"tool_id": tool_id, "downloads": added} for tool_id, added in sorted(totals.items())],
        {"downloads": tool_downloads.c.downloads + _ADDED},
    )


def _claim_new(tx: Connection, marks: Collection[Mark]) -> list[Mark]:
    """Mark downloads as counted; return only the marks that are new.

    Raises Unavailable if another transaction is marking one of the downloads.
    """
    new = sorted(set(marks) - _counted(tx, marks))
    rows = [{"day": day, "mark": mark} for day, mark in new]
    claimed = sql.insert_ignore(tx, download_marks, rows)
    sql.safe_to_retry_commit()
    if claimed != len(new):
        raise errors.Unavailable("another transaction is counting some of these downloads")
    duplicates = len(marks) - len(new)
    sql.after_commit(lambda: metrics.count(metrics.INBOX_DUPLICATES, duplicates))
    return new


def _counted(conn: Connection, marks: Collection[Mark]) -> set[Mark]:
    hashes: dict[date, list[bytes]] = defaultdict(list)
    for day, mark in marks:
        hashes[day].append(mark)
    per_day = (
        and_(_marks.day == day, _marks.mark.in_(some)) for day, some in sorted(hashes.items())
    )
    counted = select(_marks.day, _marks.mark).where(or_(false(), *per_day))
    return {(row.day, row.mark) for row in conn.execute(counted)}


def _mark(granted: DownloadGranted) -> Mark:
    return _day(granted), hashlib.sha256(granted.download_id.encode()).digest()[:16]


def _day(granted: DownloadGranted) -> date:
    return granted.granted_at.astimezone(UTC).date()
