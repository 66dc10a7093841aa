"""Implements the outbox pattern: a change's transaction also stores the message to publish.

    in the transaction   outbox.add(tx, message)   committed with the change, or not at all
    after its commit     outbox.flush()            published before the response
    later                outbox.sweep()            a schedule publishes what was missed

If a crash occurs after a message is published but before its row is deleted, the message is
published again with the same event id.
"""

import json
import uuid
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Executable, RowMapping, delete, select

from shared.runtime import clock, errors, logs, messages, metrics, sql
from shared.runtime.messages import Message
from shared.schema.operations import outbox

SWEEP_GRACE = timedelta(seconds=30)

_committed: ContextVar[list[dict[str, Any]] | None] = ContextVar("outbox", default=None)


def add(tx: Connection, message: Message) -> str:
    """Add a message to the outbox in the transaction, and return its event id."""
    event_id = str(uuid.uuid4())
    row = {
        "event_id": event_id,
        "topic": message.topic,
        "attributes": json.dumps(messages.attributes(message, event_id)),
        "body": message.model_dump_json(),
        "created_at": clock.now(),
    }
    tx.execute(outbox.insert(), row)
    sql.after_commit(lambda: _remember(row))
    return event_id


def flush() -> int:
    """Publish the messages that this request's transactions added, and return their number.

    The sweep retries failures. Failures are not raised, because the change is already committed,
    and an error would make the caller repeat it.
    """
    rows, _ = _committed.get() or [], _committed.set(None)
    published, failure = _publish(rows)
    if isinstance(failure, errors.Unavailable):
        logs.warning("messages wait in the outbox", count=len(rows), reason=failure.detail)
    return published


def sweep(limit: int = 500) -> int:
    """Publish up to `limit` messages left unpublished by earlier requests; return their number."""
    overdue = (
        select(outbox)
        .where(outbox.c.created_at < clock.now() - SWEEP_GRACE)
        .order_by(outbox.c.created_at)
        .limit(limit)
    )
    rows = sql.read(lambda connection: connection.execute(overdue).mappings().all())
    oldest = rows[0]["created_at"] if rows else clock.now()
    metrics.measure(metrics.OUTBOX_LAG, (clock.now() - oldest).total_seconds())
    published, failure = _publish(rows)
    metrics.count(metrics.OUTBOX_RELAYED, published)
    if failure is not None:
        raise failure
    return published


def _execute(statement: Executable, tx: Connection) -> None:
    tx.execute(statement)


def _remember(row: dict[str, Any]) -> None:
    _committed.set([*(_committed.get() or []), row])


def _publish(rows: Any) -> tuple[int, Exception | None]:
    """Publish rows topic by topic, and return their number and the last failure, if any."""
    by_topic: dict[str, list[dict[str, Any] | RowMapping]] = {}
    for row in rows:
        by_topic.setdefault(row["topic"], []).append(row)
    published = 0
    failure: Exception | None = None
    for topic, some in by_topic.items():
        try:
            messages.send(
                topic, [(row["body"].encode(), json.loads(row["attributes"])) for row in some]
            )
            sent = delete(outbox).where(outbox.c.event_id.in_([row["event_id"] for row in some]))
            sql.transact(partial(_execute, sent))
            published += len(some)
        except errors.Unavailable as error:
            failure = error
        except Exception as error:  # noqa: BLE001  a failing topic must not block the others
            logs.error("messages cannot be published", topic=topic, count=len(some))
            failure = error
    return published, failure
