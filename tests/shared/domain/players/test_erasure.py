"""Erasure and export on both engines: bounded, resumable, and nothing comes back."""

import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, select, update

from shared.domain import erasure_gate
from shared.domain.players import erasure, export
from shared.domain.players.erasure import ErasureRequested
from shared.runtime import clock, documents, sql
from shared.runtime import outbox as outbox_
from shared.schema.base import BIGINT, Moment
from shared.schema.catalog import game_builds, games
from shared.schema.operations import outbox, projections
from shared.schema.play import erasures, play_intervals, player_stats, playtime_days
from shared.schema.tools import tools

pytestmark = pytest.mark.usefixtures("runtime_sql", "_no_documents", "_a_game")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def _no_documents(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only rows are at stake here; documents are erased in tests/triggers/erase_player."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo-savepoint")
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1")
    monkeypatch.setenv("TRUSTED_ISSUERS", "[]")
    monkeypatch.setattr(documents, "list_page", lambda *_: [])
    yield
    outbox_._committed.set(None)


@pytest.fixture
def _a_game(runtime_sql: str) -> Iterator[None]:
    """The game that rows of `a_row` are of; what is kept of them goes, so that games can."""
    row = {"game_id": 1, "title": "Game", "import_key": "game 1", "revision": 1, "updated_at": NOON}
    sql.transact(lambda tx: sql.insert_ignore(tx, games, [row]))
    yield

    def empty(tx: Connection) -> None:
        for table in (tools, game_builds):
            tx.execute(table.delete().where(table.c.game_id == 1))
        tx.execute(games.delete().where(games.c.import_key == "game 1"))

    sql.transact(empty)


@pytest.fixture
def uid() -> str:
    return f"player-{uuid.uuid4()}"


def interval(uid: str, number: int = 0) -> dict[str, Any]:
    start = NOON + timedelta(minutes=number)
    return {
        "uid": uid,
        "game_key": str(number % 7),
        "session_id": f"s{number % 3}",
        "start_at": start,
        "end_at": start,
        "utc_offset_min": 60,
    }


def add(table: Table, *rows: dict[str, Any]) -> None:
    sql.transact(lambda tx: tx.execute(insert(table), list(rows)))


def a_row(table: Table, uid: str) -> dict[str, Any]:
    """Return any row of a table that holds a player's id."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, Moment):
            row[column.name] = NOON
        elif column.type.python_type is date:
            row[column.name] = NOON.date()
        elif column.type is BIGINT or column.type.python_type is int:
            row[column.name] = 1
        elif column.type.python_type is bytes:
            row[column.name] = b"{}"
        else:
            row[column.name] = "{}"
    owner = table.info["personal"].column
    generated = [c.name for c in table.primary_key if c.autoincrement is True]
    return {k: v for k, v in row.items() if k not in generated} | {owner: uid}


def held(table: Table, uid: str) -> int:
    owner = table.c[table.info["personal"].column]
    return len(sql.read(lambda conn: conn.execute(select(owner).where(owner == uid)).all()))


def asked(uid: str) -> ErasureRequested:
    event = sql.transact(lambda tx: erasure.request(tx, uid))
    return ErasureRequested(uid=uid, requested_at=event.requested_at)


def finished_at(uid: str) -> datetime | None:
    mine = select(erasures.c.finished_at).where(erasures.c.uid == uid)
    return sql.read(lambda conn: conn.scalar(mine))


def erase(event: ErasureRequested) -> bool:
    return erasure.erase(event, time.monotonic() + 30)


@pytest.mark.parametrize(
    "table", [table for table, _ in erasure.personal_tables()], ids=lambda table: table.name
)
def test_erasure_reaches_every_table_and_no_other_player(table: Table, uid: str) -> None:
    personal, other = table.info["personal"], f"{uid}-other"
    if table is not erasures:
        add(table, a_row(table, uid))
        if table.primary_key.columns.keys()[0] == personal.column:
            add(table, a_row(table, other))
    assert erase(asked(uid))
    assert held(table, uid) == (1 if personal.erase == "keep" else 0)
    if table is not erasures and table.primary_key.columns.keys()[0] == personal.column:
        assert held(table, other) == 1
    assert finished_at(uid) is not None


def test_it_stops_when_time_is_over_and_goes_on_later(
    uid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "ROWS_PER_STEP", 10)
    add(play_intervals, *(interval(uid, number) for number in range(25)))
    event = asked(uid)
    assert not erasure.erase(event, time.monotonic() - 1)
    assert held(play_intervals, uid) == 15
    assert finished_at(uid) is None
    assert erase(event)
    assert held(play_intervals, uid) == 0


def test_asking_again_while_it_is_unfinished_covers_what_came_between(uid: str) -> None:
    first = asked(uid)
    between = first.requested_at + timedelta(microseconds=1)
    second = asked(uid)
    assert second.requested_at > first.requested_at
    assert sql.read(lambda conn: erasure_gate.erased_since(conn, uid, between))
    assert erase(first)
    assert finished_at(uid) is None
    assert erase(second)
    assert finished_at(uid) is not None
    sent = sql.read(
        lambda conn: conn.execute(select(outbox).where(outbox.c.body.contains(uid))).all()
    )
    assert [row.topic for row in sent] == ["erasures-requested"] * 2


def test_a_player_who_came_back_can_ask_again_and_an_old_message_erases_nothing_new(
    uid: str,
) -> None:
    old = asked(uid)
    assert erase(old)
    add(play_intervals, interval(uid))
    assert erase(old)
    assert held(play_intervals, uid) == 1
    new = asked(uid)
    assert new.requested_at > old.requested_at
    assert erase(old)
    assert held(play_intervals, uid) == 1
    assert erase(new)
    assert held(play_intervals, uid) == 0


def test_what_was_accepted_before_the_request_is_told_apart(uid: str) -> None:
    before = clock.now()
    assert not sql.transact(lambda tx: erasure_gate.erased_since(tx, uid, before))
    event = asked(uid)
    assert sql.transact(lambda tx: erasure_gate.erased_since(tx, uid, before))
    assert sql.transact(lambda tx: erasure_gate.erased_since(tx, uid, event.requested_at))
    later = event.requested_at + timedelta(microseconds=1)
    assert not sql.transact(lambda tx: erasure_gate.erased_since(tx, uid, later))


class _TooLate(Exception):
    pass


def test_a_writer_that_asks_last_leaves_nothing_behind(uid: str) -> None:
    """The request commits between a writer's rows and its question, or after the question."""
    accepted = clock.now()
    events: list[ErasureRequested] = []

    def writes_then_asks(tx: Connection) -> None:
        tx.execute(insert(play_intervals), interval(uid))
        events.append(in_other_thread(lambda: asked(uid)))
        if erasure_gate.erased_since(tx, uid, accepted):
            raise _TooLate

    with pytest.raises(_TooLate):
        sql.transact(writes_then_asks)
    assert erase(events[0])
    assert held(play_intervals, uid) == 0

    other = f"{uid}-2"

    def asks_then_lingers(tx: Connection) -> threading.Thread:
        tx.execute(insert(play_intervals), interval(other))
        assert not erasure_gate.erased_since(tx, other, accepted)
        event = in_other_thread(lambda: asked(other))
        eraser = threading.Thread(target=erase, args=(event,))
        eraser.start()
        eraser.join(0.5)
        assert eraser.is_alive()  # its delete waits for this row
        return eraser

    sql.transact(asks_then_lingers).join(20)
    assert held(play_intervals, other) == 0


def in_other_thread(work: Any) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join(20)
    return found[0]


def test_export_reads_all_pages_of_every_table_without_the_uid(
    uid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_PER_PAGE", 4)
    add(play_intervals, *(interval(uid, number) for number in range(30)))
    for table, personal in erasure.personal_tables():
        if personal.export and table is not play_intervals:
            add(table, a_row(table, uid))
    made = export.get(uid)
    assert {len(rows) for name, rows in made.tables.items() if name != "play_intervals"} == {1}
    starts = [row["start_at"] for row in made.tables["play_intervals"]]
    assert len(starts) == len(set(starts)) == 30
    assert "2026-03-01T12:00:00.000000Z" in starts
    assert made.tables["playtime_days"][0]["day"] == "2026-03-01"
    assert uid not in made.model_dump_json()
    assert made.truncated == []


def test_export_says_what_it_cut(uid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "LIMIT", 10)
    monkeypatch.setattr(export, "ROWS_PER_PAGE", 4)
    add(play_intervals, *(interval(uid, number) for number in range(11)))
    add(
        playtime_days,
        *({"uid": uid, "day": NOON.date(), "game_key": str(n), "play_ms": 1} for n in range(10)),
    )
    made = export.get(uid)
    assert made.truncated == ["play_intervals"]
    assert {len(made.tables[name]) for name in ("play_intervals", "playtime_days")} == {10}


def test_what_is_still_to_be_projected_goes_after_its_sources(uid: str) -> None:
    order = erasure._erasable()
    assert order.index(projections) > order.index(player_stats)
    assert order[-1] is projections


def test_an_erasure_that_waits_is_not_finished_by_another(uid: str) -> None:
    event = asked(uid)
    moved = event.requested_at + timedelta(seconds=1)
    sql.transact(
        lambda tx: tx.execute(
            update(erasures).where(erasures.c.uid == uid).values(requested_at=moved)
        )
    )
    assert erase(event)
    assert finished_at(uid) is None
