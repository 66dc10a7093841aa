"""Grants the achievements that database rows define, each at most once per player."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Connection, and_, bindparam, case, func, select

from shared.domain import erasure_gate
from shared.domain.ids import UNLISTED
from shared.domain.metrics import ACHIEVEMENTS_GRANTED
from shared.runtime import clock, metrics, sql
from shared.schema.play import achievements, player_achievements, player_stats

_granted, _stats = player_achievements.c, player_stats.c

_UNDELIVERED = (
    select(achievements, _granted.granted_at)
    .outerjoin(
        player_achievements,
        and_(
            _granted.uid == bindparam("uid"),
            _granted.achievement_id == achievements.c.achievement_id,
        ),
    )
    .where(_granted.delivered_at.is_(None))
    .order_by(achievements.c.achievement_id)
)
_TOTALS = select(func.sum(_stats.play_ms), func.sum(case((_stats.play_ms > 0, 1), else_=0))).where(
    _stats.uid == bindparam("uid"), _stats.game_key < UNLISTED
)


class Achievement(BaseModel):
    """An achievement that was granted to a player."""

    achievement_id: str
    granted_at: datetime


def list_all(conn: Connection, uid: str) -> list[Achievement]:
    """Return the player's achievements, oldest first; at most one per definition."""
    rows = conn.execute(
        select(_granted.achievement_id, _granted.granted_at)
        .where(_granted.uid == uid)
        .order_by(_granted.granted_at, _granted.achievement_id)
    )
    return [
        Achievement(achievement_id=row.achievement_id, granted_at=row.granted_at) for row in rows
    ]


def grant(uid: str, moment: datetime) -> list[Achievement]:
    """Grant the achievements that the player has earned; return all that are not yet delivered.

    Reads the stats from the database rows, not from the documents. Grants nothing if the player
    requested erasure at or after `moment`, the time of the stats change.
    """
    undelivered, earned = sql.read(lambda conn: _outstanding(conn, uid))
    if not earned:
        return undelivered
    now = clock.now()
    rows = [{"uid": uid, "achievement_id": name, "granted_at": now} for name in earned]

    def work(tx: Connection) -> int:
        sql.safe_to_retry_commit()  # a retry finds the rows and grants nothing
        new = sql.insert_ignore(tx, player_achievements, rows)
        if erasure_gate.erased_since(tx, uid, moment):
            raise _Erased
        return new

    try:
        metrics.count(ACHIEVEMENTS_GRANTED, sql.transact(work))
    except _Erased:
        return []
    return undelivered + [Achievement(achievement_id=name, granted_at=now) for name in earned]


class _Erased(Exception):
    """The player requested erasure; raised to roll back the transaction."""


def _outstanding(conn: Connection, uid: str) -> tuple[list[Achievement], list[str]]:
    """Return the undelivered achievements, and the ids of earned ones that are not yet granted."""
    rows = conn.execute(_UNDELIVERED, {"uid": uid}).all()
    undelivered = [Achievement.model_validate(row._mapping) for row in rows if row.granted_at]  # noqa: SLF001
    missing = [row for row in rows if not row.granted_at]
    values = _metrics(conn, uid) if missing else {}
    # A metric that this release does not compute yet counts as not reached.
    earned = [row.achievement_id for row in missing if values.get(row.metric, -1) >= row.threshold]
    return undelivered, earned


def _metrics(conn: Connection, uid: str) -> dict[str, int]:
    """Return the player's value for each metric, computed over the games in the catalog."""
    play_ms, games = conn.execute(_TOTALS, {"uid": uid}).one()
    return {"play_ms": int(play_ms or 0), "games": int(games or 0)}
