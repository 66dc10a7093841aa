"""Play sessions as clients report them: validation and clock correction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from shared.domain import ids
from shared.domain.errors import ProductCode
from shared.domain.ids import GameId
from shared.domain.play.model import (
    DAY_MS,
    MAX_OFFSET_MIN,
    MIN_OFFSET_MIN,
    MINUTE_MS,
    Run,
    from_ms,
    merge,
    to_ms,
)
from shared.runtime import clock
from shared.runtime.errors import Code, CommonCode
from shared.runtime.messages import Message

OLDEST_MS = 14 * DAY_MS
AHEAD_MS = 5 * MINUTE_MS
_TEN_YEARS_MS = 10 * 366 * 24 * 3_600_000

_COMMON_FIELDS: dict[str, JsonValue] = {
    "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
    "game_id": "3255",
    "install_id": "desktop-7f3a9c",
    "boot_id": "boot-118",
}
_EXAMPLES: list[JsonValue] = [
    {
        "event_id": f"2f1c9a50-{kind}",
        "kind": kind,
        "at": at,
        "uptime_ms": uptime_ms,
        **_COMMON_FIELDS,
    }
    for kind, at, uptime_ms in (
        ("started", "2026-11-24T20:00:00+01:00", 5_400_000),
        ("heartbeat", "2026-11-24T20:04:00+01:00", 5_640_000),
        ("ended", "2026-11-24T20:08:00+01:00", 5_880_000),
    )
]


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
SuffixHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Kind = Literal["started", "heartbeat", "ended"]
LocalTime = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(clock.written_out)]


class SessionReport(BaseModel):
    """One event of a play session, as a client recorded it.

    at: the time on the client's wall clock, with the player's UTC offset.
    unlisted: the SHA-256, in lower-case hex, of the normalised end of the program's path, for a
        game that is not in the catalog.
    boot_id: identifies the boot of the machine.
    uptime_ms: milliseconds since that boot, including sleep.
    """

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": _EXAMPLES})
    item_id: ClassVar[str] = "event_id"

    event_id: Id
    session_id: Id
    game_id: GameId | None = None
    unlisted: SuffixHash | None = None
    kind: Kind
    at: LocalTime
    install_id: Id
    boot_id: Id
    uptime_ms: Annotated[int, Field(ge=0, le=_TEN_YEARS_MS)]

    @model_validator(mode="after")
    def _one_game(self) -> Self:
        if (self.game_id is None) == (self.unlisted is None):
            raise ValueError("give exactly one of game_id and unlisted")
        return self

    @property
    def game_key(self) -> str:
        """The game's key, as the tables store it."""
        return self.game_id or ids.UNLISTED + str(self.unlisted)


class PlayEvent(NamedTuple):
    """One event of a play session, at its corrected time.

    game_key: a catalog game's id in decimal, or `unlisted:` and a suffix hash in hex.
    at: milliseconds since 1970. offset: minutes east of UTC.
    """

    game_key: str
    session_id: str
    kind: Kind
    at: int
    offset: int


class PlayedRun(BaseModel):
    """A stretch of a session whose events are at most five minutes apart.

    Times are in UTC, to the millisecond.
    """

    start_at: AwareDatetime
    end_at: AwareDatetime
    utc_offset_min: Annotated[int, Field(ge=MIN_OFFSET_MIN, le=MAX_OFFSET_MIN)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_at < self.start_at:
            raise ValueError("end_at is before start_at")
        return self


class PlayedSession(BaseModel):
    """A session of one game, as a batch reported it.

    ended_at: the time of the latest `ended` event.
    """

    game_key: str
    session_id: str
    runs: list[PlayedRun]
    ended_at: AwareDatetime | None = None


class SessionsReported(Message):
    """A player's client reported play sessions; messages may be duplicated or out of order.

    A batch's events are sent as runs, because merging loses nothing and fifty events usually make
    two runs.
    """

    topic: ClassVar[str] = "sessions-reported"
    type: ClassVar[str] = "savepoint.sessions.reported.v1"

    uid: str
    received_at: AwareDatetime
    sessions: list[PlayedSession]


@dataclass(frozen=True)
class Rejected:
    """A well-formed report that was rejected, and the reason."""

    index: int
    event_id: str
    code: Code
    detail: str


def screen(
    reports: Sequence[tuple[int, SessionReport]], sent_at: datetime, received_at: datetime
) -> tuple[list[PlayEvent], list[Rejected]]:
    """Correct the clocks of a batch; return the accepted events and the rejected reports.

    A corrected time may be at most 14 days before and 5 minutes after `received_at`.
    """
    events: list[PlayEvent] = []
    rejected: list[Rejected] = []
    now = to_ms(received_at)
    accepted = _accepted_times(now)
    times = correct([report for _, report in reports], to_ms(sent_at), now)
    for (index, report), at in zip(reports, times, strict=True):
        offset = _offset_min(report.at)
        if not MIN_OFFSET_MIN <= offset <= MAX_OFFSET_MIN:
            code: Code = CommonCode.INVALID_ITEM
            detail = "at: the UTC offset is not between -12:00 and +14:00"
        elif at in accepted:
            events.append(PlayEvent(report.game_key, report.session_id, report.kind, at, offset))
            continue
        elif at < now:
            code = ProductCode.TOO_OLD
            detail = "at: more than 14 days ago, after clock correction"
        else:
            code = ProductCode.IN_FUTURE
            detail = "at: more than 5 minutes ahead, after clock correction"
        rejected.append(Rejected(index, report.event_id, code, detail))
    return events, rejected


def to_message(uid: str, received_at: datetime, events: Iterable[PlayEvent]) -> SessionsReported:
    """Return the message that reports a player's events, merged into runs."""
    runs: dict[tuple[str, str], list[Run]] = {}
    ended: dict[tuple[str, str], int] = {}
    for game_key, session_id, kind, at, offset in events:
        session = game_key, session_id
        runs.setdefault(session, []).append(Run(at, offset, at))
        if kind == "ended":
            ended[session] = max(at, ended.get(session, at))
    sessions = [
        PlayedSession(
            game_key=session[0],
            session_id=session[1],
            runs=[
                PlayedRun(
                    start_at=from_ms(run.start),
                    end_at=from_ms(run.end),
                    utc_offset_min=run.offset,
                )
                for run in merge(session_runs)
            ],
            ended_at=from_ms(ended[session]) if session in ended else None,
        )
        for session, session_runs in runs.items()
    ]
    return SessionsReported(uid=uid, received_at=received_at, sessions=sessions)


def correct(reports: Iterable[SessionReport], sent_ms: int, received_ms: int) -> list[int]:
    """Return the corrected time of each report, in milliseconds since 1970.

    Makes two corrections, which depend on this batch alone:

    1. The client's clock may be wrong when the batch is sent, so `received - sent` is added to
       every time.
    2. The clock may have been set after the machine booted. Within one boot, wall time minus uptime
       must be the same for all events. The event with the largest uptime has the latest clock
       setting, so the others are shifted to agree with it. An event that would be rejected is not
       used as the reference, and no event is rejected because of a shift.

    Both corrections are rounded to whole minutes. Network latency and jitter then cancel out, and a
    resent batch gets the same times again. Without rounding, merging would treat one event as two
    events at different times. There are two known limits. A clock that is off by about half a
    minute may be corrected by zero minutes in one batch and by one minute in the next, which
    lengthens a run by at most a minute. An event recorded before the clock was set keeps its clock
    error if the event is resent without later events.
    """
    skew = _nearest_minute(received_ms - sent_ms)
    accepted = _accepted_times(received_ms)
    unskewed = [(report, to_ms(report.at) + skew) for report in reports]
    newest: dict[str, tuple[int, int]] = {}
    for report, at in unskewed:
        candidate = (report.uptime_ms, at)
        if at in accepted and candidate > newest.get(report.boot_id, (-1, 0)):
            newest[report.boot_id] = candidate
    booted_at = {boot: at - uptime for boot, (uptime, at) in newest.items()}
    times = []
    for report, at in unskewed:
        expected = booted_at.get(report.boot_id, at - report.uptime_ms) + report.uptime_ms
        shifted = at + _nearest_minute(expected - at)
        times.append(shifted if shifted in accepted or at not in accepted else at)
    return times


def _accepted_times(received_ms: int) -> range:
    """Return the times, in ms, that are neither too old nor too far ahead of `received_ms`."""
    return range(received_ms - OLDEST_MS, received_ms + AHEAD_MS + 1)


def _nearest_minute(ms: int) -> int:
    return (ms + MINUTE_MS // 2) // MINUTE_MS * MINUTE_MS


def _offset_min(at: datetime) -> int:
    offset = at.utcoffset()
    return 0 if offset is None else offset.days * 1440 + offset.seconds // 60
