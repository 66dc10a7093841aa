"""Roll-ups on both engines: the rows match what was played, however the events arrive."""

import math
import random
import threading
import uuid
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from shared.domain.operations import retention
from shared.domain.play import playtime, roll_up, sessions
from shared.domain.play.model import from_ms, to_ms
from shared.domain.play.sessions import Kind, PlayEvent
from shared.runtime import clock, errors, sql
from shared.schema.operations import projections
from shared.schema.play import (
    erasures,
    play_intervals,
    player_stats,
    playtime_days,
    unlisted_games,
)

pytestmark = pytest.mark.usefixtures("runtime_sql")

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
GRAIN = timedelta(seconds=20)
UNKNOWN = "unlisted:" + "ab" * 32


def event(
    minute: float, kind: Kind = "heartbeat", *, game: str = "7", session: str = "s", offset: int = 0
) -> PlayEvent:
    return PlayEvent(game, session, kind, to_ms(NOON + timedelta(minutes=minute)), offset)


def report(uid: str, *events: PlayEvent, received_at: datetime | None = None) -> list[Any]:
    now = received_at or clock.now()
    return roll_up.record(sessions.to_message(uid, now, events))


def new_player() -> str:
    return f"player-{uuid.uuid4()}"


def rows(table: Any, uid: str) -> list[Any]:
    return sql.read(lambda c: list(c.execute(select(table).where(table.c.uid == uid))))


def days(uid: str) -> dict[tuple[str, date], int]:
    return {(r.game_key, r.day): r.play_ms for r in rows(playtime_days, uid) if r.play_ms}


def stats(uid: str, game: str = "7") -> Any:
    return next((row for row in rows(player_stats, uid) if row.game_key == game), None)


def due(uid: str) -> dict[str, Any]:
    return {row.item: row for row in rows(projections, uid)}


@st.composite
def histories(draw: st.DrawFn) -> list[PlayEvent]:
    """Draw events in two games and a few sessions around midnight, at several UTC offsets."""
    events = []
    for session in range(draw(st.integers(1, 4))):
        game = draw(st.sampled_from(["7", "8"]))
        minute = draw(st.integers(0, 1500)) / 3 + 500
        for _ in range(draw(st.integers(1, 10))):
            offset = draw(st.sampled_from([0, 0, 60, -720, 840]))
            kind: Kind = draw(st.sampled_from(["heartbeat", "heartbeat", "ended"]))
            events.append(event(minute, kind, game=game, session=f"s{session}", offset=offset))
            minute += draw(st.sampled_from([0, 1, 14, 15, 16, 90])) / 3
    return events


def model(events: list[PlayEvent]) -> dict[tuple[str, date], int]:
    """Count grain by grain, without runs: an independent model of the playtime."""
    counted: Counter[tuple[str, date]] = Counter()
    reported = defaultdict(set)
    for one in events:
        reported[one.game_key, one.session_id].add((from_ms(one.at), one.offset))
    for game in {one.game_key for one in events}:
        covered: dict[datetime, tuple[datetime, int]] = {}
        for (key, _), moments in reported.items():
            if key != game:
                continue
            start_of_run = previous = min(moments)
            for at, offset in sorted(moments):
                if at - previous[0] > timedelta(minutes=5):
                    start_of_run = (at, offset)
                else:
                    instant = previous[0]
                    while instant < at:
                        covered[instant] = min(covered.get(instant, start_of_run), start_of_run)
                        instant += GRAIN
                previous = (at, offset)
        for instant, (_, offset) in covered.items():
            counted[game, (instant + timedelta(minutes=offset)).date()] += 20_000
    return dict(counted)


@given(histories(), st.randoms(use_true_random=False), st.integers(1, 4))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_order_duplicates_and_batches_give_what_was_played(
    events: list[PlayEvent], rng: random.Random, batches: int
) -> None:
    uid = new_player()
    delivered = events + rng.choices(events, k=len(events) // 2)
    rng.shuffle(delivered)
    for number in range(batches):
        if delivered[number::batches]:
            report(uid, *delivered[number::batches])
    assert days(uid) == model(events)
    for game in {one.game_key for one in events}:
        mine = [one for one in events if one.game_key == game]
        ended = [from_ms(one.at) for one in mine if one.kind == "ended"]
        found = stats(uid, game)
        assert found.play_ms == sum(ms for (key, _), ms in days(uid).items() if key == game)
        assert found.first_played_at == from_ms(min(one.at for one in mine))
        assert found.last_played_at == from_ms(max(one.at for one in mine))
        assert found.last_ended_at == max(ended, default=None)


def test_resent_events_change_nothing() -> None:
    uid = new_player()
    events = [event(0, "started"), event(4), event(8, "ended")]
    report(uid, *events)
    before = [rows(table, uid) for table in (play_intervals, playtime_days, player_stats)]
    assert report(uid, *events) == [(uid, "7")], "it may still be due"
    assert [rows(t, uid) for t in (play_intervals, playtime_days, player_stats)] == before
    assert stats(uid).revision == 1


def test_a_late_event_joins_two_runs() -> None:
    uid = new_player()
    report(uid, event(0), event(8))
    assert len(rows(play_intervals, uid)) == 2
    assert days(uid) == {}
    report(uid, event(4))
    assert [(r.start_at, r.end_at) for r in rows(play_intervals, uid)] == [
        (from_ms(event(0).at), from_ms(event(8).at))
    ]
    assert days(uid) == {("7", NOON.date()): 8 * 60_000}


def test_an_earlier_event_moves_a_long_run_to_other_days() -> None:
    """The run takes its earliest event's offset, and extends beyond the reported events."""
    uid = new_player()
    played = [event(4 * n - 1440) for n in range(900)]
    for start in range(0, 900, 300):
        report(uid, *played[start : start + 300])
    # Another session on the run's last day, far from the event reported next.
    played += [event(4 * 900 - 1440 + 30 + n, session="other") for n in (0, 4)]
    report(uid, *played[-2:])
    assert days(uid) == model(played)
    played.append(event(-1441, offset=-720))
    report(uid, played[-1])
    assert days(uid) == model(played)


def test_many_games_in_one_batch() -> None:
    uid = new_player()
    events = [event(n, game=str(game)) for game in range(1, 101) for n in (0, 3)]
    report(uid, *events)
    assert days(uid) == {(str(game), NOON.date()): 180_000 for game in range(1, 101)}
    assert len(due(uid)) == 100


def test_a_stats_document_is_due_immediately_after_an_end_and_else_once_a_minute() -> None:
    uid = new_player()
    report(uid, event(0, "started"))
    assert due(uid)["7"].due_at <= clock.now()
    projected_at = clock.now()
    sql.transact(lambda tx: _settle(tx, uid, projected_at))
    report(uid, event(1))
    assert due(uid)["7"].due_at == projected_at + timedelta(minutes=1)
    report(uid, event(2))
    assert due(uid)["7"].due_at == projected_at + timedelta(minutes=1)
    report(uid, event(3, "ended"))
    assert due(uid)["7"].due_at <= clock.now()
    assert due(uid)["7"].revision == stats(uid).revision == 4


def _settle(tx: Connection, uid: str, at: datetime) -> None:
    tx.execute(
        update(projections).where(projections.c.uid == uid).values(due_at=None, projected_at=at)
    )


def test_an_event_that_is_too_late_is_hopeless_and_leaves_nothing() -> None:
    uid = new_player()
    late = -playtime.TOO_LATE / timedelta(minutes=1)
    with pytest.raises(errors.HopelessEvent) as raised:
        report(uid, event(0), event(late))
    assert raised.value.code == "too_late"
    assert rows(player_stats, uid) == []


def test_folding_runs_keeps_totals_and_frozen_days(monkeypatch: Any) -> None:
    uid = new_player()
    report(uid, event(0), event(4, "ended"))
    counted = days(uid)
    later = NOON + timedelta(days=61)
    while retention.delete_before(play_intervals.c.end_at, NOON + timedelta(minutes=4), math.inf):
        pass
    assert len(rows(play_intervals, uid)) == 1
    while retention.delete_before(play_intervals.c.end_at, NOON + timedelta(minutes=5), math.inf):
        pass
    assert rows(play_intervals, uid) == []
    assert days(uid) == counted
    monkeypatch.setattr(clock, "now", lambda: later)
    minutes = (later - NOON) / timedelta(minutes=1) - 54 * 24 * 60
    report(uid, event(minutes), event(minutes + 3))
    assert days(uid) == {**counted, ("7", from_ms(event(minutes).at).date()): 180_000}
    assert stats(uid).play_ms == 7 * 60_000


def test_events_accepted_before_an_erasure_request_restore_nothing() -> None:
    uid = new_player()
    requested_at = clock.now()
    sql.transact(
        lambda tx: sql.insert_ignore(tx, erasures, [{"uid": uid, "requested_at": requested_at}])
    )
    assert report(uid, event(0), received_at=requested_at - timedelta(seconds=1)) == []
    assert rows(player_stats, uid) == rows(play_intervals, uid) == []
    assert report(uid, event(0), received_at=requested_at + timedelta(seconds=1)) == [(uid, "7")]


def test_concurrent_roll_ups_are_serialized_and_lose_nothing() -> None:
    uid = new_player()
    events = [
        event(minute, game=game, session=f"s{minute % 2}")
        for minute in range(40)
        for game in ("7", "8", "9")
    ]
    failed: list[BaseException] = []

    def deliver(seed: int) -> None:
        mine = random.Random(seed).sample(events, k=len(events))
        try:
            for start in range(0, len(mine), 20):
                report(uid, *mine[start : start + 20])
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=deliver, args=(seed,)) for seed in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert days(uid) == model(events)
    for game in ("7", "8", "9"):
        assert stats(uid, game).play_ms == 39 * 60_000
    assert len(rows(play_intervals, uid)) == 6


def test_play_of_an_unknown_program_is_stored_under_its_hash() -> None:
    uid = new_player()
    assert report(uid, event(0, game=UNKNOWN), event(4, "ended", game=UNKNOWN)) == []
    assert days(uid) == {(UNKNOWN, NOON.date()): 240_000}
    assert [row.game_key for row in rows(unlisted_games, uid)] == [UNKNOWN]
    assert due(uid) == {}
