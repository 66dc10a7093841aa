"""The hourly clean-up in the local cloud deletes expired rows and keeps the rest."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from shared.runtime import clock
from shared.schema.downloads import download_marks
from shared.schema.operations import inbox
from shared.schema.play import play_intervals
from tests.support.local_cloud import LocalCloud


def test_old_rows_are_deleted_and_old_intervals_folded(cloud: LocalCloud, sql: Connection) -> None:
    key, now = f"k-{uuid.uuid4()}", clock.now()
    for event_id, days in (("old", 46), ("young", 44)):
        handled = {"event_id": event_id, "handled_at": now - timedelta(days=days)}
        sql.execute(
            insert(inbox).values(consumer="c_test", **handled | {"event_id": key + event_id})
        )
    marks = {days: uuid.uuid4().bytes for days in (33, 34)}
    for days, mark in marks.items():
        day = (now - timedelta(days=days)).date()
        sql.execute(insert(download_marks).values(day=day, mark=mark))
    for session, days in (("old", 61), ("young", 59)):
        at = now - timedelta(days=days)
        played: dict[str, Any] = {"uid": key, "game_key": "7", "session_id": session}
        sql.execute(
            insert(play_intervals).values(start_at=at, end_at=at, utc_offset_min=0, **played)
        )
    answer = cloud.fire("clean_up")
    assert answer.status_code == 204
    ids = select(inbox.c.event_id).where(inbox.c.event_id.startswith(key))
    assert list(sql.scalars(ids)) == [f"{key}young"]
    kept = select(download_marks.c.mark).where(download_marks.c.mark.in_(marks.values()))
    assert list(sql.scalars(kept)) == [marks[33]]
    sessions = select(play_intervals.c.session_id).where(play_intervals.c.uid == key)
    assert list(sql.scalars(sessions)) == ["young"]
