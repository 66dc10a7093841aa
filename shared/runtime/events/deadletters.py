"""Records failed events during retries, and dead-letters events that no retry can fix."""

import base64
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import AwareDatetime
from sqlalchemy import Connection, delete, select

from shared.runtime import clock, errors, logs, messages, metrics, sql
from shared.runtime.events.envelope import Event
from shared.schema.operations import consumers, event_failures

TOPIC = "dead-letters"
# Eventarc and Pub/Sub drop an event after 24 h or more, so it is dead-lettered before then.
GIVE_UP_AFTER = timedelta(hours=20)
# A first delivery usually arrives within seconds. Where the transport does not count deliveries, an
# older event may have a recorded failure.
FIRST_DELIVERY = timedelta(seconds=8)
PAUSE_READ_EVERY_SECONDS = 5
MAX_REASON_LENGTH = 2000

_paused: dict[str, tuple[float, bool]] = {}


class DeadLetter(messages.Message):
    """An event that its consumer cannot handle, with its full content and the reason."""

    topic: ClassVar[str] = TOPIC
    type: ClassVar[str] = "savepoint.dead_letter.v1"

    consumer: str
    event_id: str
    code: str
    reason: str
    occurred_at: AwareDatetime
    uid: str | None = None
    headers: dict[str, str]
    body_base64: str


def bury(event: Event, code: str, reason: str) -> None:
    """Publish the event as a dead letter, or raise Unavailable if it could not be stored.

    The dead letter keeps the event's id, so it is recorded once even if it is published twice.
    """
    letter = DeadLetter(
        consumer=event.consumer,
        event_id=event.id,
        code=code,
        reason=reason[:MAX_REASON_LENGTH],
        occurred_at=clock.now(),
        headers=event.headers,
        body_base64=base64.b64encode(event.body).decode("ascii"),
    )
    messages.publish(letter)
    metrics.count(metrics.DEAD_LETTERS, code=code)
    logs.error("dead letter", event_id=event.id, code=code, reason=reason[:MAX_REASON_LENGTH])


def note_failure(event: Event, reason: str) -> None:
    """Try to record a failed attempt, to show operators which events are waiting and why."""
    now = clock.now()
    row = {
        "consumer": event.consumer,
        "event_id": event.id,
        "attempts": 1,
        "reason": reason[-MAX_REASON_LENGTH:],
        "first_failed_at": now,
        "last_failed_at": now,
    }
    update = {
        "attempts": event_failures.c.attempts + 1,
        **sql.new_values("reason", "last_failed_at"),
    }
    metrics.count(metrics.EVENTS_FAILED)
    try:
        sql.transact(lambda tx: sql.upsert(tx, event_failures, [row], update))
    except errors.Unavailable:
        logs.warning(
            "a failure could not be recorded: the database is unavailable", event_id=event.id
        )


def clear_failure(event: Event) -> None:
    """Delete the recorded failures of an event that has succeeded."""
    if event.attempt == 1 or clock.now() - event.time < FIRST_DELIVERY:
        return
    here = (event_failures.c.consumer == event.consumer) & (event_failures.c.event_id == event.id)
    try:
        sql.transact(lambda tx: tx.execute(delete(event_failures).where(here)))
    except errors.Unavailable:
        logs.warning(
            "a failure could not be cleared: the database is unavailable", event_id=event.id
        )


def is_old(moment: datetime) -> bool:
    """Return whether an event must be dead-lettered because the transport will soon drop it."""
    return clock.now() - moment > GIVE_UP_AFTER


def is_paused(consumer: str, monotonic: float) -> bool:
    """Return whether an operator has paused this consumer.

    Each instance reads this from the database at most once every 5 seconds.
    """
    read_at, paused = _paused.get(consumer, (float("-inf"), False))
    if monotonic - read_at < PAUSE_READ_EVERY_SECONDS:
        return paused

    def look(connection: Connection) -> bool:
        row = select(consumers.c.consumer).where(consumers.c.consumer == consumer)
        return connection.execute(row).first() is not None

    paused = sql.read(look)
    _paused[consumer] = (monotonic, paused)
    return paused
