"""Playtime from events in any order, batched and duplicated, equals counting every instant."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.play import model
from shared.domain.play.model import GAP_MS, Run

GRAIN_MS = 20_000
MIDNIGHT = model.to_ms(datetime(2026, 3, 1, tzinfo=UTC))

Event = tuple[str, int, int]
"""(session, milliseconds, offset in minutes)."""


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw a player's events in one game: overlapping sessions around two midnights."""
    events = []
    for session in range(draw(st.integers(1, 4))):
        at = MIDNIGHT + GRAIN_MS * draw(st.integers(-600, 5000))
        for _ in range(draw(st.integers(1, 12))):
            offset = draw(st.sampled_from([0, 60, 60, 60, -720, 330, 840]))
            events.append((f"s{session}", at, offset))
            # Around the gap of 15 grains: inside a run, exactly at its limit, just beyond.
            at += GRAIN_MS * draw(st.sampled_from([0, 1, 7, 14, 15, 15, 16, 90]))
    return events


def runs_of(events: list[Event]) -> dict[str, list[Run]]:
    sessions = defaultdict(list)
    for session, at, offset in events:
        sessions[session].append(Run(at, offset, at))
    return {session: model.merge(runs) for session, runs in sessions.items()}


def playtime_of(events: list[Event]) -> dict[date, int]:
    return model.playtime(run for runs in runs_of(events).values() for run in runs)


def count_every_instant(events: list[Event]) -> dict[date, int]:
    """Count grain by grain: which session covers an instant, and on which local day."""
    days: Counter[date] = Counter()
    if not events:
        return days
    by_session = {name: sorted({e[1:] for e in events if e[0] == name}) for name, _, _ in events}
    first, last = min(e[1] for e in events), max(e[1] for e in events)
    for now in range(first, last, GRAIN_MS):
        covering = []
        for moments in by_session.values():
            before = [m for m in moments if m[0] <= now]
            after = [m for m in moments if m[0] > now]
            if not before or not after or after[0][0] - before[-1][0] > 300_000:
                continue
            start = before[-1]
            for earlier in reversed(before):
                if start[0] - earlier[0] > 300_000:
                    break
                start = earlier
            covering.append(start)
        if covering:
            local = datetime.fromtimestamp(now / 1000, UTC) + timedelta(minutes=min(covering)[1])
            days[local.date()] += GRAIN_MS
    return days


@given(histories())
@settings(max_examples=400, deadline=None)
def test_playtime_equals_counting_every_instant(events: list[Event]) -> None:
    assert playtime_of(events) == count_every_instant(events)


@given(histories(), st.randoms(use_true_random=False), st.integers(1, 6))
@settings(max_examples=400, deadline=None)
def test_order_duplicates_and_batches_change_nothing(
    events: list[Event], rng: random.Random, batches: int
) -> None:
    delivered = events + rng.choices(events, k=len(events))
    rng.shuffle(delivered)
    merged: dict[str, list[Run]] = {}
    for number in range(batches):
        for session, runs in runs_of(delivered[number::batches]).items():
            merged[session] = model.merge(merged.get(session, []) + runs)
    assert merged == runs_of(events)


@given(histories())
def test_the_possible_days_and_their_window_bound_everything(events: list[Event]) -> None:
    runs = [run for found in runs_of(events).values() for run in found]
    days = model.possible_days(runs)
    assert all(days.first <= day <= days.last for day in model.playtime(runs))
    start, end = days.window()
    assert all(start <= run.start and run.end <= end for run in runs)


@pytest.mark.parametrize(("apart_ms", "runs"), [(GAP_MS, 1), (GAP_MS + 1, 2)])
def test_five_minutes_apart_is_one_run_and_a_millisecond_more_is_two(
    apart_ms: int, runs: int
) -> None:
    assert len(model.merge([Run(0, 0, 0), Run(apart_ms, 0, apart_ms)])) == runs


def test_a_single_event_is_a_run_without_playtime() -> None:
    assert model.merge([Run(7, 60, 7), Run(7, 60, 7)]) == [Run(7, 60, 7)]
    assert model.playtime([Run(7, 60, 7)]) == {}


def test_the_smaller_offset_of_two_simultaneous_events_counts() -> None:
    assert model.merge([Run(7, 60, 7), Run(7, -60, 7)]) == [Run(7, -60, 7)]


def test_days_start_at_the_players_local_midnight() -> None:
    half_past_eleven = MIDNIGHT - 30 * 60_000
    run = Run(half_past_eleven, 0, MIDNIGHT + 1_000)
    assert model.playtime([run]) == {date(2026, 2, 28): 1_800_000, date(2026, 3, 1): 1_000}
    assert model.playtime([run._replace(offset=60)]) == {date(2026, 3, 1): 1_801_000}


def test_two_devices_at_once_count_once() -> None:
    runs = [Run(0, 0, 100), Run(50, 60, 200), Run(60, 0, 70), Run(300, 0, 400)]
    assert model.playtime(runs) == {date(1970, 1, 1): 300}


def test_times_of_any_year_become_milliseconds() -> None:
    assert model.to_ms(datetime.max.replace(tzinfo=UTC)) > 0
    assert model.from_ms(model.to_ms(datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC))) == (
        datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
    )
