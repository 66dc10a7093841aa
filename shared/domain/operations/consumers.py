"""Backlogs and pauses of consumers.

A consumer is listed if the database records a failure, dead letter or pause for it. A consumer's
backlog counts events that failed and will be redelivered. Undelivered messages are not counted, but
the Pub/Sub metric `num_undelivered_messages` reports them.
"""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Connection, Select, delete, func, select

from shared.domain import audit
from shared.runtime import clock, errors, sql
from shared.schema.operations import consumers, dead_letters, event_failures, outbox, projections

COUNT_LIMIT = 10_001
"""Counting stops here: 10,001 means "more than ten thousand"."""
SHOWN_REASON_LENGTH = 200

# Listed here, because a deployed function does not contain the manifests of other functions.
NAMES = frozenset(
    {
        "attach_unlisted_games",
        "build_detection_lists",
        "clean_up",
        "erase_player",
        "fold_popularity",
        "grant_achievements",
        "move_merged_playtime",
        "process_art",
        "record_dead_letters",
        "relay_outbox",
        "roll_up_downloads",
        "roll_up_sessions",
        "sweep_projections",
        "verify_artifact",
    }
)
"""All consumers; each is a trigger."""


class Backlog(BaseModel):
    """The number of waiting entries, capped at 10,001, and the time of the oldest entry."""

    waiting: int
    oldest_at: datetime | None = None


class ConsumerPause(BaseModel):
    """A consumer's pause: who paused it, when and why."""

    paused_at: datetime
    paused_by: str
    reason: str


class Consumer(BaseModel):
    """A consumer, with its backlog of failed events, its open dead letters and its pause.

    A consumer is listed while the database records a failure, dead letter or pause for it.

    reason: why one of the events failed, truncated to the last 200 characters.
    """

    consumer: str
    failing: Backlog
    reason: str | None = None
    open_dead_letters: int
    paused: ConsumerPause | None = None


class ConsumersOverview(BaseModel):
    """The backlogs of all consumers, of the outbox and of the projections."""

    items: list[Consumer]
    outbox: Backlog
    projections_due: Backlog


def get(conn: Connection) -> ConsumersOverview:
    """Return the backlogs of all consumers, of the outbox and of the projections."""
    paused = {
        row.consumer: ConsumerPause(
            paused_at=row.paused_at, paused_by=row.paused_by, reason=row.reason
        )
        for row in conn.execute(select(consumers))
    }
    names = set(paused)
    # Without a condition, both engines skip from one consumer to the next in the index.
    for seen in (event_failures.c.consumer, dead_letters.c.consumer):
        names |= set(conn.scalars(select(seen).group_by(seen)))
    due = projections.c.due_at <= clock.now()
    return ConsumersOverview(
        items=[_consumer(conn, name, paused.get(name)) for name in sorted(names)],
        outbox=_backlog(conn, select(outbox.c.created_at).order_by(outbox.c.created_at)),
        projections_due=_backlog(
            conn, select(projections.c.due_at).where(due).order_by(projections.c.due_at)
        ),
    )


def pause(tx: Connection, consumer: str, actor: str, reason: str) -> ConsumerPause:
    """Pause a consumer: within 5 s, all its instances return 503 and its events are retried.

    Raises NotFound for an unknown name, because a typo would otherwise leave the intended consumer
    running.
    """
    if consumer not in NAMES:
        raise errors.NotFound(f"no consumer is named {consumer}")
    paused = ConsumerPause(paused_at=clock.now(), paused_by=actor, reason=reason)
    row = {"consumer": consumer, **paused.model_dump()}
    sql.upsert(tx, consumers, [row], ["paused_at", "paused_by", "reason"])
    audit.record(tx, actor, "consumer.pause", consumer, {"reason": reason})
    return paused


def resume(tx: Connection, consumer: str, actor: str) -> None:
    """Resume a consumer if it is paused.

    Resuming a consumer that no longer exists is allowed.
    """
    tx.execute(delete(consumers).where(consumers.c.consumer == consumer))
    audit.record(tx, actor, "consumer.resume", consumer, {})


def _consumer(conn: Connection, name: str, paused: ConsumerPause | None) -> Consumer:
    letter = dead_letters.c
    of_consumer = event_failures.c.consumer == name
    failing = select(event_failures.c.first_failed_at).where(of_consumer)
    reason = conn.scalar(select(event_failures.c.reason).where(of_consumer).limit(1))
    is_open = letter.consumer == name, letter.state == "open"
    return Consumer(
        consumer=name,
        failing=_backlog(conn, failing),
        reason=reason and reason.strip()[-SHOWN_REASON_LENGTH:],
        open_dead_letters=_backlog(conn, select(letter.recorded_at).where(*is_open)).waiting,
        paused=paused,
    )


def _backlog(conn: Connection, times: Select[tuple[datetime]]) -> Backlog:
    some = times.limit(COUNT_LIMIT).subquery()
    total, oldest = conn.execute(select(func.count(), func.min(*some.c))).one()
    return Backlog(waiting=total, oldest_at=oldest)
