"""Delivers notices of granted achievements to the player's inbox."""

import contextlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select, update

from shared.domain.play.achievements import Achievement
from shared.runtime import clock, documents, errors, logs, sql
from shared.schema.collections import NOTICES
from shared.schema.play import player_achievements

SWEEP_GRACE = timedelta(minutes=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_granted = player_achievements.c


def deliver(uid: str, granted: Iterable[Achievement]) -> None:
    """Write a notice of each achievement to the player's inbox, unless the notice exists.

    Each achievement's notice has a fixed id, so a repeated delivery does not reset a
    notice that the player has read. Raises Unavailable if a store is unavailable.
    """
    for achievement in granted:
        path = f"{NOTICES.of(uid)}/achievement-{achievement.achievement_id}"
        notice = {
            "code": "achievement_granted",
            "params": {"achievement_id": achievement.achievement_id},
            "created_at": achievement.granted_at,
            "read": False,
        }
        with contextlib.suppress(documents.Stale):  # it already exists
            documents.put(path, notice, if_missing=True)
        if not _mark_delivered(uid, achievement.achievement_id):
            # The player was erased in the meantime, perhaps before the notice was written.
            documents.delete(path)


def sweep(until: float = 0, limit: int = 200) -> int:
    """Deliver overdue achievements, `limit` at a time, until the monotonic time `until`.

    Returns the number delivered. A failure is logged and does not block other achievements.
    """
    delivered, after = 0, LONG_AGO
    while True:
        rows = sql.read(partial(_undelivered, after, limit))
        delivered += sum(_try_deliver(uid, granted) for uid, granted in rows)
        if len(rows) < limit or time.monotonic() >= until:
            return delivered
        after = rows[-1][1].granted_at


def _undelivered(after: datetime, limit: int, conn: Connection) -> list[tuple[str, Achievement]]:
    # Achievements granted in the same microsecond as the page's last one wait for the next call.
    query = (
        select(_granted.uid, _granted.achievement_id, _granted.granted_at)
        .where(_granted.delivered_at.is_(None), _granted.granted_at > after)
        .where(_granted.granted_at < clock.now() - SWEEP_GRACE)
        .order_by(_granted.granted_at)
        .limit(limit)
    )
    return [
        (row.uid, Achievement(achievement_id=row.achievement_id, granted_at=row.granted_at))
        for row in conn.execute(query)
    ]


def _try_deliver(uid: str, granted: Achievement) -> bool:
    try:
        deliver(uid, [granted])
    except errors.Unavailable:
        raise
    except Exception:  # noqa: BLE001  one failure must not block the others
        logs.error("an achievement could not be delivered", achievement=granted.achievement_id)
        return False
    return True


def _mark_delivered(uid: str, achievement_id: str) -> bool:
    mark = (
        update(player_achievements)
        .where(_granted.uid == uid, _granted.achievement_id == achievement_id)
        .values(delivered_at=clock.now())
    )
    return bool(sql.transact(lambda tx: tx.execute(mark).rowcount))
