"""A trigger's edge: events arrive at least once and in any order, and none is lost.

    @events.on_message(SessionsReported, __file__)
    def main(reported: SessionsReported) -> None: ...

Responses: 204, done or stored as a dead letter; 503, a store is unavailable or the consumer paused,
retry; 500, a bug on our side, retry. An event is acknowledged only when its effect or its dead
letter is stored. `events.pull` and `events.documents` have the other two kinds of triggers.
"""

from shared.runtime.events.consumer import (
    current,
    on_message,
    on_raw_message,
    on_schedule,
)
from shared.runtime.events.deadletters import DeadLetter
from shared.runtime.events.envelope import Event

__all__ = [
    "DeadLetter",
    "Event",
    "current",
    "on_message",
    "on_raw_message",
    "on_schedule",
]
