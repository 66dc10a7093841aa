"""Clocks of clients: what is corrected, what is refused, what stays the same when sent again."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.errors import ProductCode
from shared.domain.play import sessions
from shared.domain.play.model import from_ms, to_ms
from shared.domain.play.sessions import PlayedRun, PlayEvent, SessionReport
from shared.runtime.errors import Code, CommonCode

NOW = datetime(2026, 11, 20, 18, 30, 7, 250_000, UTC)
GOOD: dict[str, Any] = {
    "event_id": "6f1c",
    "session_id": "s-1",
    "game_id": "42",
    "kind": "heartbeat",
    "at": "2026-11-20T19:29:00.123+01:00",
    "install_id": "i-1",
    "boot_id": "b-1",
    "uptime_ms": 5_000_000,
}


def report(
    at: datetime = NOW, uptime: timedelta = timedelta(hours=1), **other: Any
) -> SessionReport:
    moment = {"at": at.isoformat(), "uptime_ms": uptime // timedelta(milliseconds=1)}
    return SessionReport.model_validate({**GOOD, **moment, **other})


def screen(*reports: SessionReport, sent_at: datetime = NOW, received_at: datetime = NOW) -> Any:
    return sessions.screen(list(enumerate(reports)), sent_at, received_at)


def times(
    *reports: SessionReport, sent_at: datetime = NOW, received_at: datetime = NOW
) -> list[datetime]:
    events, refused = screen(*reports, sent_at=sent_at, received_at=received_at)
    assert refused == []
    return [from_ms(event.at) for event in events]


def test_a_report_becomes_an_event_in_utc_with_the_players_offset() -> None:
    (event,), refused = screen(SessionReport.model_validate(GOOD))
    assert refused == []
    assert from_ms(event.at) == datetime(2026, 11, 20, 18, 29, 0, 123_000, UTC)
    assert event.offset == 60
    assert (event.game_key, event.session_id, event.kind) == ("42", "s-1", "heartbeat")


def test_an_unlisted_program_is_named_by_its_hash() -> None:
    (event,), _ = screen(report(game_id=None, unlisted="ab" * 32))
    assert event.game_key == "unlisted:" + "ab" * 32


@given(st.integers(-29_999, 29_999), st.integers(-3, 3))
def test_latency_and_jitter_come_to_nothing(jitter_ms: int, hours: int) -> None:
    """A clock that is wrong by whole hours is corrected to the same times whatever the latency."""
    wrong = timedelta(hours=hours)
    jitter = timedelta(milliseconds=jitter_ms)
    moments = [NOW - timedelta(minutes=9), NOW - timedelta(minutes=4)]
    reports = [report(at + wrong, timedelta(hours=5) + (at - NOW)) for at in moments]
    sent_at = NOW + wrong - jitter
    assert times(*reports, sent_at=sent_at) == moments


@given(st.integers(-600, 600), st.permutations(range(4)))
def test_a_clock_set_in_mid_boot_is_corrected_back_to_the_first_event(
    minutes: int, order: list[int]
) -> None:
    true = [NOW - timedelta(minutes=5 * n) for n in (4, 3, 1, 0)]
    wrong = [timedelta(minutes=minutes)] * 2 + [timedelta(0)] * 2
    reports = [
        report(at + error, timedelta(hours=30) - (NOW - at))
        for at, error in zip(true, wrong, strict=True)
    ]
    assert times(*(reports[n] for n in order)) == [true[n] for n in order]


def test_each_boot_is_corrected_by_itself() -> None:
    before, after = NOW - timedelta(hours=3), NOW - timedelta(minutes=1)
    reports = [report(before, timedelta(hours=9), boot_id="a"), report(after, timedelta(minutes=2))]
    assert times(*reports) == [before, after]


@pytest.mark.parametrize(
    "odd",
    [
        report(NOW, timedelta(days=3650)),
        report(datetime(2035, 1, 1, tzinfo=UTC), timedelta(days=30)),
        report(datetime(9999, 12, 31, tzinfo=UTC), timedelta(days=30)),
    ],
    ids=["huge uptime", "years ahead", "the end of time"],
)
def test_one_odd_report_has_no_other_of_its_boot_refused(odd: SessionReport) -> None:
    good = [report(NOW - timedelta(minutes=10 - i), timedelta(minutes=60 + i)) for i in range(10)]
    events, refused = screen(*good, odd)
    assert {one.index for one in refused} <= {10}
    assert [from_ms(event.at) for event in events][:10] == [one.at for one in good]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW - timedelta(days=14), None),
        (NOW - timedelta(days=14, milliseconds=1), ProductCode.TOO_OLD),
        (NOW + timedelta(minutes=5), None),
        (NOW + timedelta(minutes=5, milliseconds=1), ProductCode.IN_FUTURE),
    ],
)
def test_events_too_old_or_ahead_are_refused_alone(at: datetime, code: Code | None) -> None:
    uptime = timedelta(days=100) + (at - NOW)
    fine = report(NOW, timedelta(days=100))
    events, refused = screen(fine, report(at, uptime, event_id="edge"))
    assert [(one.index, one.event_id, one.code) for one in refused] == (
        [(1, "edge", code)] if code else []
    )
    assert len(events) == (1 if code else 2)


@pytest.mark.parametrize(
    ("sent_at", "code"),
    [
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), ProductCode.IN_FUTURE),
        (
            datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
            ProductCode.TOO_OLD,
        ),
    ],
)
def test_absurd_clocks_overflow_nothing(sent_at: datetime, code: Code) -> None:
    _, refused = screen(report(), sent_at=sent_at)
    assert [one.code for one in refused] == [code]
    absurd = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12)))
    (at,) = times(report(absurd), sent_at=absurd)
    assert abs(at - NOW) <= timedelta(seconds=30)


def test_an_offset_that_no_place_has_is_refused() -> None:
    _, refused = screen(report(at=NOW.astimezone(timezone(timedelta(hours=15)))))
    assert [one.code for one in refused] == [CommonCode.INVALID_ITEM]


def test_a_batch_travels_as_the_runs_that_its_events_make() -> None:
    start = to_ms(NOW)
    minutes = [("started", 0), ("heartbeat", 4), ("ended", 9), ("heartbeat", 15), ("ended", 7)]
    events = [PlayEvent("7", "s", kind, start + m * 60_000, 60) for kind, m in minutes]  # type: ignore[arg-type]
    other = PlayEvent("7", "t", "heartbeat", start, 0)
    said = sessions.message_of("ada", NOW, [*events, other])
    mine, its = said.sessions
    assert [(to_ms(run.start_at) - start, to_ms(run.end_at) - start) for run in mine.runs] == [
        (0, 9 * 60_000),
        (15 * 60_000, 15 * 60_000),
    ]
    assert {run.utc_offset_min for run in mine.runs} == {60}
    assert mine.ended_at == from_ms(start + 9 * 60_000)
    assert (its.session_id, len(its.runs), its.ended_at) == ("t", 1, None)


def test_a_run_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValidationError):
        PlayedRun(start_at=NOW, end_at=NOW - timedelta(seconds=1), utc_offset_min=0)


BROKEN = [
    ("event_id", ""),
    ("event_id", "with space"),
    ("event_id", "x" * 65),
    ("session_id", ["s"]),
    ("game_id", 42),
    ("game_id", "042"),
    ("game_id", "9" * 20),
    ("game_id", "-1"),
    ("unlisted", "ab" * 32),
    ("kind", "paused"),
    ("kind", 1),
    ("at", "2026-11-20T19:29:00"),
    ("at", "2026-11-20"),
    ("at", "1700000000"),
    ("at", 1_700_000_000),
    ("at", "2026-13-20T19:29:00Z"),
    ("install_id", {}),
    ("boot_id", 7),
    ("uptime_ms", "5"),
    ("uptime_ms", 5.5),
    ("uptime_ms", True),
    ("uptime_ms", -1),
    ("uptime_ms", 10**30),
]


@pytest.mark.parametrize(("field", "value"), BROKEN)
def test_a_broken_field_is_not_guessed_at(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        SessionReport.model_validate({**GOOD, field: value})


@pytest.mark.parametrize("field", GOOD)
@pytest.mark.parametrize("gone", [True, False])
def test_no_field_can_be_missing_or_null(field: str, *, gone: bool) -> None:
    item = {key: value for key, value in GOOD.items() if key != field}
    with pytest.raises(ValidationError):
        SessionReport.model_validate(item if gone else {**item, field: None})


def test_unknown_members_are_ignored() -> None:
    assert SessionReport.model_validate({**GOOD, "mood": "good"}).game_key == "42"
