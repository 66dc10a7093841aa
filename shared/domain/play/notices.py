"""Telling a player what was achieved: an entry in the player's inbox, put there once."""

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

_has = player_achievements.c


def deliver(uid: str, granted: Iterable[Achievement]) -> None:
    """Put an entry for each into the inbox, if it is not there; raise Unavailable.

    The entry's id is fixed, so a player who marked it read does not see it again.
    """
    for one in granted:
        path = f"{NOTICES.of(uid)}/achievement-{one.achievement_id}"
        entry = {
            "code": "achievement_granted",
            "params": {"achievement_id": one.achievement_id},
            "created_at": one.granted_at,
            "read": False,
        }
        with contextlib.suppress(documents.Stale):  # it is there already
            documents.put(path, entry, if_missing=True)
        if not _mark_delivered(uid, one.achievement_id):
            # The player was erased meanwhile, perhaps before the entry was there.
            documents.delete(path)


def sweep(until: float = 0, limit: int = 200) -> int:
    """Deliver what a crash left undelivered, `limit` at a time, until `until` (monotonic seconds).

    Returns how many. One that cannot be delivered is logged and holds up none behind it.
    """
    delivered, after = 0, LONG_AGO
    while True:
        rows = sql.read(partial(_undelivered, after, limit))
        delivered += sum(_delivered(uid, granted) for uid, granted in rows)
        if len(rows) < limit or time.monotonic() >= until:
            return delivered
        after = rows[-1][1].granted_at


def _undelivered(after: datetime, limit: int, conn: Connection) -> list[tuple[str, Achievement]]:
    # Those of the same microsecond as the last one wait for the next call, if there are any.
    query = (
        select(_has.uid, _has.achievement_id, _has.granted_at)
        .where(_has.delivered_at.is_(None), _has.granted_at > after)
        .where(_has.granted_at < clock.now() - SWEEP_GRACE)
        .order_by(_has.granted_at)
        .limit(limit)
    )
    return [
        (row.uid, Achievement(achievement_id=row.achievement_id, granted_at=row.granted_at))
        for row in conn.execute(query)
    ]


def _delivered(uid: str, granted: Achievement) -> bool:
    try:
        deliver(uid, [granted])
    except errors.Unavailable:
        raise
    except Exception:  # noqa: BLE001  whatever is wrong with one, the others are delivered
        logs.error("an achievement cannot be told", achievement=granted.achievement_id)
        return False
    return True


def _mark_delivered(uid: str, achievement_id: str) -> bool:
    mark = (
        update(player_achievements)
        .where(_has.uid == uid, _has.achievement_id == achievement_id)
        .values(delivered_at=clock.now())
    )
    return bool(sql.transact(lambda tx: tx.execute(mark).rowcount))
