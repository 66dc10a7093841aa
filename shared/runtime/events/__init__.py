"""A trigger's edge: events in, at least once and in any order; nothing lost, nothing dropped.

    @events.on_message(SessionsReported, __file__)
    def main(reported: SessionsReported) -> None: ...

Answers: 204 it is done (or a dead letter is stored); 503 a store is away or the consumer is
paused, come again; 500 a bug of ours, come again. An event is acknowledged only when its effect
or its dead letter was stored.
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
