"""Overdue documents are written; documents that are due later are not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from shared.schema.operations import projections
from shared.schema.play import player_stats
from tests.conftest import Player
from tests.support.local_cloud import LocalCloud
from tests.support.playing import now

Players = Callable[..., Player]


def insert_due(sql: Connection, uid: str, minutes_ago: int) -> None:
    stats = {"uid": uid, "game_key": "7", "revision": 3, "play_ms": 5, "first_played_at": now()}
    due_at = now() - timedelta(minutes=minutes_ago)
    due = {"uid": uid, "kind": "stats", "item": "7", "revision": 3, "due_at": due_at}
    sql.execute(player_stats.insert().values(stats))
    sql.execute(projections.insert().values(due))


def test_a_document_left_overdue_by_a_crash_is_written(
    cloud: LocalCloud, sql: Connection, player: Players, firestore: Any
) -> None:
    someone = player()
    insert_due(sql, someone.uid, minutes_ago=5)
    assert cloud.fire("sweep_projections").is_success
    document = firestore.document(f"players/{someone.uid}/stats/7").get()
    assert (document.get("play_ms"), document.get("revision")) == (5, 3)
    mine = select(projections).where(projections.c.uid == someone.uid)
    row = sql.execute(mine).one()
    assert (row.due_at, row.projected_revision) == (None, 3)
    assert row.document_updated_at == document.update_time


def test_a_document_due_later_is_not_written(
    cloud: LocalCloud, sql: Connection, player: Players, firestore: Any
) -> None:
    someone = player()
    insert_due(sql, someone.uid, minutes_ago=-5)
    assert cloud.fire("sweep_projections").is_success
    assert not firestore.document(f"players/{someone.uid}/stats/7").get().exists
