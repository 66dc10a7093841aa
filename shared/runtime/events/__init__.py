"""Receives a trigger's events, which are delivered at least once, in any order.

    @events.on_message(SessionsReported, __file__)
    def main(reported: SessionsReported) -> None: ...

The response is 204 if the event was handled or stored as a dead letter, 503 if a store is
unavailable or the consumer is paused, and 500 for a bug in our code. After a 503 or 500, the event
is redelivered. An event is acknowledged only after its effect or its dead letter has been stored.

envelope         converts every delivery to an `Event`
consumer         passes it to the handler; message and schedule triggers
pull             pull triggers, which consume a topic in batches
documents        Firestore document triggers; firestore_event decodes their payload
deadletters      failed events, recorded or given up as dead letters
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
