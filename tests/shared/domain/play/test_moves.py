"""Play under a hash moves to the game once the catalog knows it, on both engines."""

import hashlib
import math
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from shared.domain.operations import retention
from shared.domain.play import model, moves, playtime, roll_up, sessions
from shared.domain.play.sessions import Kind, PlayEvent
from shared.runtime import clock, projections, sql
from shared.schema import operations
from shared.schema.catalog import game_executables, games
from shared.schema.play import (
    erasures,
    new_players,
    play_intervals,
    player_stats,
    playtime_days,
    unlisted_games,
)

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
MINUTE = 60_000


@pytest.fixture(autouse=True)
def _without_documents(runtime_sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about rows: documents stay due, as when Firestore is unavailable."""
    monkeypatch.setattr(projections, "project_due", lambda *_: 0)


def new_player() -> str:
    return f"player-{uuid.uuid4()}"


def a_program() -> tuple[bytes, str]:
    suffix_hash = hashlib.sha256(uuid.uuid4().bytes).digest()
    return suffix_hash, model.unlisted_key(suffix_hash)


def play(
    uid: str,
    game_key: str,
    *minutes: int,
    session: str = "s",
    kind: Kind = "heartbeat",
    noon: datetime = NOON,
) -> None:
    events = [
        PlayEvent(game_key, session, kind, model.to_ms(noon + timedelta(minutes=minute)), 0)
        for minute in minutes
    ]
    roll_up.record(sessions.to_message(uid, clock.now(), events))


def learn(suffix_hash: bytes, *, is_launcher: bool = False) -> str:
    """Add a new game with this executable to the catalog."""
    key = str(uuid.uuid4())

    def work(tx: Connection) -> str:
        now = clock.now()
        game = {"title": key, "import_key": key, "revision": 1, "updated_at": now}
        game_id = tx.execute(games.insert().values(**game)).lastrowid
        tx.execute(
            game_executables.insert().values(
                suffix_hash=suffix_hash,
                os="win32",
                game_id=game_id,
                suffix=key,
                is_launcher=is_launcher,
            )
        )
        return str(game_id)

    return sql.transact(work)


def attach() -> int:
    result = moves.attach_unlisted(time.monotonic() + 60)
    assert result["finished"] == 1
    return result["moved"]


def rows(table: Any, uid: str) -> list[Any]:
    return sql.read(lambda c: list(c.execute(select(table).where(table.c.uid == uid))))


def days(uid: str) -> dict[tuple[str, date], int]:
    return {(r.game_key, r.day): r.play_ms for r in rows(playtime_days, uid)}


def test_play_under_a_hash_moves_to_the_game() -> None:
    uid, other, (program, key) = new_player(), new_player(), a_program()
    play(uid, key, 0, 4, 8)
    play(other, key, 0, 1, kind="ended")
    game_id = learn(program)
    assert attach() == 2
    assert days(uid) == {(game_id, NOON.date()): 8 * MINUTE}
    (stats,) = rows(player_stats, uid)
    assert (stats.game_key, stats.play_ms) == (game_id, 8 * MINUTE)
    assert stats.first_played_at == NOON
    assert stats.last_played_at == NOON + timedelta(minutes=8)
    assert {row.game_key for row in rows(play_intervals, uid)} == {game_id}
    assert rows(unlisted_games, uid) == []
    (due,) = rows(operations.projections, uid)
    assert (due.item, due.revision) == (game_id, stats.revision)
    assert rows(player_stats, other)[0].last_ended_at == NOON + timedelta(minutes=1)
    assert attach() == 0


def test_moved_play_is_merged_with_later_play_of_the_game() -> None:
    uid, (program, key) = new_player(), a_program()
    play(uid, key, 0, 4)
    game_id = learn(program)
    play(uid, key, 8, 12)  # a client still reports the hash: resolved on arrival
    play(uid, game_id, 10, 14, session="on another device")
    assert days(uid) == {(key, NOON.date()): 4 * MINUTE, (game_id, NOON.date()): 6 * MINUTE}
    assert attach() == 1
    assert days(uid) == {(game_id, NOON.date()): 14 * MINUTE}
    assert rows(player_stats, uid)[0].play_ms == 14 * MINUTE
    assert sorted((r.start_at, r.end_at) for r in rows(play_intervals, uid)) == [
        (NOON, NOON + timedelta(minutes=12)),
        (NOON + timedelta(minutes=10), NOON + timedelta(minutes=14)),
    ]


def test_folded_days_move_as_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    uid, (program, key) = new_player(), a_program()
    play(uid, key, 0, 4)
    game_id = learn(program)
    play(uid, game_id, 10, 12)
    while retention.delete_before(play_intervals.c.end_at, NOON + timedelta(minutes=30), math.inf):
        pass
    later = NOON + timedelta(days=70)
    monkeypatch.setattr(clock, "now", lambda: later)
    sql.transact(lambda tx: roll_up._record_unlisted(tx, uid, {key: playtime.Play()}, later))
    assert attach() == 1
    assert days(uid) == {(game_id, NOON.date()): 6 * MINUTE}
    (stats,) = rows(player_stats, uid)
    assert (stats.play_ms, stats.first_played_at) == (6 * MINUTE, NOON)


def test_a_program_of_two_games_or_a_launcher_stays_unlisted() -> None:
    uid, (shared, key), (launcher, other) = new_player(), a_program(), a_program()
    learn(shared)
    learn(shared)
    learn(launcher, is_launcher=True)
    play(uid, key, 0, 1)
    play(uid, other, 0, 1)
    assert attach() == 0
    assert set(days(uid)) == {(key, NOON.date()), (other, NOON.date())}


def test_a_move_stops_in_time_and_continues_with_the_next_call() -> None:
    uid, (program, key) = new_player(), a_program()
    play(uid, key, 0, 1)
    learn(program)
    assert moves.attach_unlisted(time.monotonic() - 1) == {"moved": 0, "finished": 0}
    assert attach() == 1


def test_nothing_moves_for_a_player_who_requested_erasure() -> None:
    uid, (program, key) = new_player(), a_program()
    play(uid, key, 0, 1)
    learn(program)
    request = [{"uid": uid, "requested_at": clock.now()}]
    sql.transact(lambda tx: sql.insert_ignore(tx, erasures, request))
    assert attach() == 0
    assert [row.game_key for row in rows(player_stats, uid)] == [key]


def test_a_player_is_new_to_a_game_once_under_its_hash_or_its_id() -> None:
    first, second, (program, key) = new_player(), new_player(), a_program()
    play(first, key, 0, 4)
    play(second, key, 0, 4)
    game_id = learn(program)
    play(second, game_id, 8, 12, session="t")
    play(second, game_id, 16, 20, session="t")
    assert attach() == 2
    new = select(func.count()).where(new_players.c.game_id == int(game_id))
    assert sql.read(lambda conn: conn.scalar(new)) == 2
