"""What waits, and who is paused: the operator's first look.

Consumers are listed here by what the tables hold of them. One without failures, dead letters or a
pause is not listed.
How many messages wait in Pub/Sub itself only Pub/Sub knows (its metric
`num_undelivered_messages`); what is counted here are events that failed and come again.
"""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Connection, Select, delete, func, select

from shared.domain import audit
from shared.runtime import clock, errors, sql
from shared.schema.operations import consumers, dead_letters, event_failures, outbox, projections

COUNTED = 10_001
"""Counting stops here: the answer 10,001 means "more than ten thousand"."""


SHOWN_REASON_LENGTH = 200

# Written out, since a deployed function carries no other function's manifest.
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
"""Every consumer there is: the triggers."""


class Backlog(BaseModel):
    """How many wait, counted up to 10,001, and since when the oldest of those counted does."""

    waiting: int
    oldest_at: datetime | None = None


class ConsumerPause(BaseModel):
    """Who paused a consumer, when and why."""

    paused_at: datetime
    paused_by: str
    reason: str


class Consumer(BaseModel):
    """One consumer: failed events that come again, open dead letters, and its pause if any.

    A name is listed while the tables hold a failure, a dead letter or a pause of it.
    reason: why one of the failing events failed, its end.
    """

    consumer: str
    failing: Backlog
    reason: str | None = None
    open_dead_letters: int
    paused: ConsumerPause | None = None


class ConsumersOverview(BaseModel):
    """Everything that waits somewhere of ours."""

    items: list[Consumer]
    outbox: Backlog
    projections_due: Backlog


def get(conn: Connection) -> ConsumersOverview:
    """Return what waits, by consumer and in the outbox and the projections."""
    paused = {
        row.consumer: ConsumerPause(
            paused_at=row.paused_at, paused_by=row.paused_by, reason=row.reason
        )
        for row in conn.execute(select(consumers))
    }
    names = set(paused)
    # Without a condition: then both engines hop from one consumer to the next in the index.
    for seen in (event_failures.c.consumer, dead_letters.c.consumer):
        names |= set(conn.scalars(select(seen).group_by(seen)))
    due = projections.c.due_at <= clock.now()
    return ConsumersOverview(
        items=[_consumer(conn, name, paused.get(name)) for name in sorted(names)],
        outbox=_waiting(conn, select(outbox.c.created_at).order_by(outbox.c.created_at)),
        projections_due=_waiting(
            conn, select(projections.c.due_at).where(due).order_by(projections.c.due_at)
        ),
    )


def pause(tx: Connection, consumer: str, actor: str, reason: str) -> ConsumerPause:
    """Have a consumer answer 503 from now on, within 5 s on every instance; nothing is lost.

    Raises NotFound for a name that no consumer has: the one that was meant would go on.
    """
    if consumer not in NAMES:
        raise errors.NotFound(f"no consumer is named {consumer}")
    paused = ConsumerPause(paused_at=clock.now(), paused_by=actor, reason=reason)
    row = {"consumer": consumer, **paused.model_dump()}
    sql.upsert(tx, consumers, [row], ["paused_at", "paused_by", "reason"])
    audit.record(tx, actor, "consumer.pause", consumer, {"reason": reason})
    return paused


def resume(tx: Connection, consumer: str, actor: str) -> None:
    """Let a consumer work again; one that is not paused stays as it is.

    The name may be of a consumer that is no more: its pause ends too.
    """
    tx.execute(delete(consumers).where(consumers.c.consumer == consumer))
    audit.record(tx, actor, "consumer.resume", consumer, {})


def _consumer(conn: Connection, name: str, paused: ConsumerPause | None) -> Consumer:
    letters = dead_letters.c
    mine = event_failures.c.consumer == name
    failing = select(event_failures.c.first_failed_at).where(mine)
    reason = conn.scalar(select(event_failures.c.reason).where(mine).limit(1))
    is_open = letters.consumer == name, letters.state == "open"
    return Consumer(
        consumer=name,
        failing=_waiting(conn, failing),
        reason=reason and reason.strip()[-SHOWN_REASON_LENGTH:],
        open_dead_letters=_waiting(conn, select(letters.recorded_at).where(*is_open)).waiting,
        paused=paused,
    )


def _waiting(conn: Connection, moments: Select[tuple[datetime]]) -> Backlog:
    some = moments.limit(COUNTED).subquery()
    total, oldest = conn.execute(select(func.count(), func.min(*some.c))).one()
    return Backlog(waiting=total, oldest_at=oldest)
