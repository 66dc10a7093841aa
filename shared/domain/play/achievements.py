"""Achievements: definitions are rows; what a player's stats have earned is granted once."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Connection, and_, bindparam, case, func, select

from shared.domain import erasure_gate
from shared.domain.metrics import ACHIEVEMENTS_GRANTED
from shared.domain.play.model import UNLISTED
from shared.runtime import clock, metrics, sql
from shared.schema.play import achievements, player_achievements, player_stats

_has, _stats = player_achievements.c, player_stats.c

_UNDELIVERED = (
    select(achievements, _has.granted_at)
    .outerjoin(
        player_achievements,
        and_(_has.uid == bindparam("uid"), _has.achievement_id == achievements.c.achievement_id),
    )
    .where(_has.delivered_at.is_(None))
    .order_by(achievements.c.achievement_id)
)
_TOTALS = select(func.sum(_stats.play_ms), func.sum(case((_stats.play_ms > 0, 1), else_=0))).where(
    _stats.uid == bindparam("uid"), _stats.game_key < UNLISTED
)


class Achievement(BaseModel):
    """An achievement that the player has."""

    achievement_id: str
    granted_at: datetime


def list_all(conn: Connection, uid: str) -> list[Achievement]:
    """Return what the player has, oldest first; as many as there are definitions at most."""
    rows = conn.execute(
        select(_has.achievement_id, _has.granted_at)
        .where(_has.uid == uid)
        .order_by(_has.granted_at, _has.achievement_id)
    )
    return [
        Achievement(achievement_id=row.achievement_id, granted_at=row.granted_at) for row in rows
    ]


def grant(uid: str, moment: datetime) -> list[Achievement]:
    """Grant what the player's stats have earned; return what is granted and not delivered yet.

    Reads the stats themselves, not their documents. Grants nothing to a player who asked to be
    erased after `moment`, when the stats were seen to change.
    """
    undelivered, earned = sql.read(lambda conn: _outstanding(conn, uid))
    if not earned:
        return undelivered
    now = clock.now()
    rows = [{"uid": uid, "achievement_id": one, "granted_at": now} for one in earned]

    def work(tx: Connection) -> int:
        sql.safe_to_retry_commit()  # a second run finds the rows and grants nothing
        new = sql.insert_ignore(tx, player_achievements, rows)
        if erasure_gate.erased_since(tx, uid, moment):
            raise _Erased
        return new

    try:
        metrics.count(ACHIEVEMENTS_GRANTED, sql.transact(work))
    except _Erased:
        return []
    return undelivered + [Achievement(achievement_id=one, granted_at=now) for one in earned]


class _Erased(Exception):
    """The player asked to be erased: raised to roll the transaction back."""


def _outstanding(conn: Connection, uid: str) -> tuple[list[Achievement], list[str]]:
    """Return what is granted and not delivered, and what is earned and not granted."""
    rows = conn.execute(_UNDELIVERED, {"uid": uid}).all()
    undelivered = [Achievement.model_validate(row._mapping) for row in rows if row.granted_at]  # noqa: SLF001
    missing = [row for row in rows if not row.granted_at]
    reached = _metrics(conn, uid) if missing else {}
    # A metric that only a newer release can compute is not reached here.
    earned = [one.achievement_id for one in missing if reached.get(one.metric, -1) >= one.threshold]
    return undelivered, earned


def _metrics(conn: Connection, uid: str) -> dict[str, int]:
    """Return what definitions can ask of a player, over the games that the catalog knows."""
    play_ms, games = conn.execute(_TOTALS, {"uid": uid}).one()
    return {"play_ms": int(play_ms or 0), "games": int(games or 0)}
