"""Play sessions as clients report them, and what becomes of their clocks."""

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

from shared.domain.errors import ProductCode
from shared.domain.ids import GameId
from shared.domain.play import model
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

_PLAYED: dict[str, JsonValue] = {
    "session_id": "2f1c9a50-7d0e-4b8a-9a53-0c8e6f1d2b47",
    "game_id": "3255",
    "install_id": "desktop-7f3a9c",
    "boot_id": "boot-118",
}
_EIGHT_MINUTES: list[JsonValue] = [
    {"event_id": f"2f1c9a50-{kind}", "kind": kind, "at": at, "uptime_ms": uptime_ms, **_PLAYED}
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
    """One moment of a play session as a client saw it.

    at: the client's wall clock with the player's UTC offset.
    unlisted: SHA-256 in lower-case hex of the normalised end of the program's path, for a game
        that the catalog does not know.
    boot_id, uptime_ms: which start of the machine, and the milliseconds since, sleep included.
    """

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": _EIGHT_MINUTES})
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
        """The game as the tables name it."""
        return self.game_id or model.UNLISTED + str(self.unlisted)


class PlayEvent(NamedTuple):
    """One moment of a play session, its clock corrected.

    game_key: a catalog game's id in decimal, or `unlisted:` and a suffix hash in hex.
    at: milliseconds since 1970. offset: minutes east of UTC.
    """

    game_key: str
    session_id: str
    kind: Kind
    at: int
    offset: int


class PlayedRun(BaseModel):
    """A stretch of a session in which events lay at most five minutes apart; UTC, milliseconds."""

    start_at: AwareDatetime
    end_at: AwareDatetime
    utc_offset_min: Annotated[int, Field(ge=MIN_OFFSET_MIN, le=MAX_OFFSET_MIN)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_at < self.start_at:
            raise ValueError("a run ends before it starts")
        return self


class PlayedSession(BaseModel):
    """What a batch says of one session of one game; ended_at: when it last said that it ended."""

    game_key: str
    session_id: str
    runs: list[PlayedRun]
    ended_at: AwareDatetime | None = None


class SessionsReported(Message):
    """A player's client reported play sessions, any number of times, in any order.

    A batch's events travel as the runs they make: merging runs loses nothing, and fifty events
    are two runs.
    """

    topic: ClassVar[str] = "sessions-reported"
    type: ClassVar[str] = "savepoint.sessions.reported.v1"

    uid: str
    received_at: AwareDatetime
    sessions: list[PlayedSession]


@dataclass(frozen=True)
class Rejected:
    """Why a well-formed report is not taken."""

    index: int
    event_id: str
    code: Code
    detail: str


def screen(
    reports: Sequence[tuple[int, SessionReport]], sent_at: datetime, received_at: datetime
) -> tuple[list[PlayEvent], list[Rejected]]:
    """Correct the clocks of a batch and return what is taken and what is refused.

    After correction an event may be 14 days old and 5 minutes ahead of `received_at`, no more.
    """
    events: list[PlayEvent] = []
    refused: list[Rejected] = []
    now = to_ms(received_at)
    taken = _taken(now)
    times = correct([report for _, report in reports], to_ms(sent_at), now)
    for (index, report), at in zip(reports, times, strict=True):
        offset = _offset_min(report.at)
        if not MIN_OFFSET_MIN <= offset <= MAX_OFFSET_MIN:
            code: Code = CommonCode.INVALID_ITEM
            detail = "at: no place on earth has this UTC offset"
        elif at in taken:
            events.append(PlayEvent(report.game_key, report.session_id, report.kind, at, offset))
            continue
        elif at < now:
            code = ProductCode.TOO_OLD
            detail = "at: more than 14 days ago, after clock correction"
        else:
            code = ProductCode.IN_FUTURE
            detail = "at: more than 5 minutes ahead, after clock correction"
        refused.append(Rejected(index, report.event_id, code, detail))
    return events, refused


def message_of(uid: str, received_at: datetime, events: Iterable[PlayEvent]) -> SessionsReported:
    """Return the message that says what a player's client reported."""
    moments: dict[tuple[str, str], list[Run]] = {}
    ended: dict[tuple[str, str], int] = {}
    for game_key, session_id, kind, at, offset in events:
        session = game_key, session_id
        moments.setdefault(session, []).append(Run(at, offset, at))
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
                for run in merge(runs)
            ],
            ended_at=from_ms(ended[session]) if session in ended else None,
        )
        for session, runs in moments.items()
    ]
    return SessionsReported(uid=uid, received_at=received_at, sessions=sessions)


def correct(reports: Iterable[SessionReport], sent_ms: int, received_ms: int) -> list[int]:
    """Return when each report really happened, in milliseconds since 1970.

    Two corrections, without any memory of earlier batches:

    1. The client's clock is wrong now: `received - sent`, added to everything.
    2. The clock was set since the machine started: within one boot, wall time minus uptime is
       the same for all events. The event with the largest uptime was stamped by the newest
       clock, so the others are moved until they agree with it. One that is refused itself is
       nobody's measure, and nobody is refused for being moved.

    Each is rounded to whole minutes, so that network latency and jitter come to exactly nothing
    and a batch that is sent again gets the same times again: what is merged later must not see
    one event at two times. What remains: a clock that is wrong by close to half a minute may be
    corrected by 0 once and by a minute the next time, which lengthens a run by a minute at most;
    and an event stamped before the clock was set, sent again alone after that, keeps its error.
    """
    skew = _nearest_minute(received_ms - sent_ms)
    taken = _taken(received_ms)
    stamped = [(report, to_ms(report.at) + skew) for report in reports]
    newest: dict[str, tuple[int, int]] = {}
    for report, at in stamped:
        seen = (report.uptime_ms, at)
        if at in taken and seen > newest.get(report.boot_id, (-1, 0)):
            newest[report.boot_id] = seen
    booted = {boot: at - uptime for boot, (uptime, at) in newest.items()}
    times = []
    for report, at in stamped:
        agreed = booted.get(report.boot_id, at - report.uptime_ms) + report.uptime_ms
        moved = at + _nearest_minute(agreed - at)
        times.append(moved if moved in taken or at not in taken else at)
    return times


def _taken(received_ms: int) -> range:
    """Return the milliseconds since 1970 that are neither too old nor too far ahead."""
    return range(received_ms - OLDEST_MS, received_ms + AHEAD_MS + 1)


def _nearest_minute(ms: int) -> int:
    return (ms + MINUTE_MS // 2) // MINUTE_MS * MINUTE_MS


def _offset_min(at: datetime) -> int:
    offset = at.utcoffset()
    return 0 if offset is None else offset.days * 1440 + offset.seconds // 60
