"""Events whose retries are exhausted or pointless, kept until an operator settles them.

A dead letter is open, redriven or resolved. A consumer has at most one dead letter per event. A
later failure of the event reopens its dead letter. Recording the same failure twice changes
nothing.
"""

import base64
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import from_json
from sqlalchemy import Connection, Row, delete, select, update

from shared.domain import audit
from shared.runtime import clock, errors, redelivery, sql
from shared.schema.operations import dead_letters, event_failures

State = Literal["open", "redriven", "resolved"]
SHOWN_REASON_LENGTH = 200
EXHAUSTED = "exhausted"
UNAVAILABLE = 503


class DeadLetter(BaseModel):
    """A dead letter in a list; `reason` is truncated to its last 200 characters."""

    dead_letter_id: str
    consumer: str
    event_id: str
    code: str
    reason: str
    occurred_at: datetime
    state: str


class DeadLetterDetail(DeadLetter):
    """A dead letter with the headers and body that a redrive would send.

    body: the body if it is JSON; any other body is in `body_base64`. payload: the message inside a
    push request's body, if it is JSON.
    """

    recorded_at: datetime
    uid: str | None
    headers: dict[str, str]
    body: Any = None
    body_base64: str | None = None
    payload: Any = None
    settled_at: datetime | None
    settled_by: str | None
    resolution: str | None


class RedriveResult(BaseModel):
    """The result of a redrive: the dead letter's state, and the consumer's response."""

    dead_letter_id: str
    state: str
    status: int | None
    detail: str


@dataclass
class RedrivenPage:
    """The results of several redrives; `next_after` is the id after which to continue."""

    redriven: int
    failed: list[RedriveResult]
    next_after: int | None = None


@dataclass(frozen=True)
class NewDeadLetter:
    """A dead letter to record; if `reason` is None, it is taken from the recorded failures."""

    consumer: str
    event_id: str
    code: str
    reason: str | None
    occurred_at: datetime
    headers: dict[str, str]
    body: bytes
    uid: str | None


def record(tx: Connection, letter: NewDeadLetter) -> None:
    """Record a dead letter, or reopen the existing one if this failure occurred later."""
    failure = select(event_failures.c.reason).where(*_failure(letter.consumer, letter.event_id))
    reason = letter.reason or tx.scalar(failure) or "delivery attempts exhausted"
    row = {
        "consumer": letter.consumer,
        "event_id": letter.event_id,
        "code": letter.code,
        "reason": reason,
        "occurred_at": letter.occurred_at,
        "recorded_at": clock.now(),
        "headers": json.dumps(letter.headers),
        "body": letter.body,
        "uid": letter.uid,
        "state": "open",
        "settled_at": None,
        "settled_by": None,
        "resolution": None,
    }
    if not sql.insert_ignore(tx, dead_letters, [row]):
        reopened = update(dead_letters).where(
            dead_letters.c.consumer == letter.consumer,
            dead_letters.c.event_id == letter.event_id,
            dead_letters.c.occurred_at < letter.occurred_at,
        )
        tx.execute(reopened.values(**row))
    tx.execute(delete(event_failures).where(*_failure(letter.consumer, letter.event_id)))


def list_page(
    conn: Connection, state: State, consumer: str | None, after: int, limit: int
) -> tuple[list[DeadLetter], int | None]:
    """Return up to `limit` dead letters, oldest first, and the last id if more follow."""
    letter = dead_letters.c
    query = (
        select(dead_letters)
        .where(letter.state == state, letter.dead_letter_id > after)
        .order_by(letter.dead_letter_id)
    )
    if consumer is not None:
        query = query.where(letter.consumer == consumer)
    rows, last = sql.page(conn, query, limit, lambda row: row.dead_letter_id)
    return [DeadLetter(**_summary(row)) for row in rows], last


def get(conn: Connection, letter_id: int) -> DeadLetterDetail:
    """Return a dead letter with headers and body; raise NotFound."""
    row = _row(conn, letter_id)
    body = _json(row.body)
    return DeadLetterDetail(
        **_summary(row) | {"reason": row.reason},
        recorded_at=row.recorded_at,
        uid=row.uid,
        headers=json.loads(row.headers),
        body=body,
        body_base64=None if body is not None else base64.b64encode(row.body).decode(),
        payload=_json(message_data(row.body)),
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        resolution=row.resolution,
    )


def redrive(letter_id: int, actor: str) -> RedriveResult:
    """Send an open dead letter to its consumer again; raise NotFound, or Conflict if settled."""
    row = sql.read(lambda conn: _row(conn, letter_id))
    if row.state != "open":
        raise errors.Conflict(f"the dead letter is {row.state}")
    response = redelivery.post(row.consumer, json.loads(row.headers), row.body)

    def settle(tx: Connection) -> RedriveResult:
        state: State = "open"
        if response.accepted and _settle(tx, row, "redriven", actor, None):
            state = "redriven"
        # The caller receives the error now; there is no redelivery, so the failure is not kept.
        tx.execute(delete(event_failures).where(*_failure(row.consumer, row.event_id)))
        result = RedriveResult(
            dead_letter_id=str(letter_id),
            state=state,
            status=response.status,
            detail=response.detail,
        )
        detail = {"consumer": row.consumer, "event_id": row.event_id, **result.model_dump()}
        audit.record(tx, actor, "dead_letter.redrive", str(letter_id), detail)
        return result

    return sql.transact(settle)


def redrive_page(consumer: str, after: int, limit: int, actor: str, until: float) -> RedrivenPage:
    """Redrive a consumer's open dead letters, oldest first, until the monotonic time `until`.

    Stops if the consumer is unavailable, because further redrives would also fail.
    """
    letters, last = sql.read(lambda conn: list_page(conn, "open", consumer, after, limit))
    page = RedrivenPage(redriven=0, failed=[])
    for letter in letters:
        if time.monotonic() >= until:
            break
        result = _redrive_if_open(int(letter.dead_letter_id), actor)
        if result is not None and result.state == "redriven":
            page.redriven += 1
        elif result is not None:
            page.failed.append(result)
            if result.status in (None, UNAVAILABLE):
                break
        after = int(letter.dead_letter_id)
    else:
        page.next_after = last
        return page
    page.next_after = after
    return page


def _redrive_if_open(letter_id: int, actor: str) -> RedriveResult | None:
    """Redrive a dead letter; return None if another operator settled it in the meantime."""
    try:
        return redrive(letter_id, actor)
    except errors.Conflict:
        return None


def resolve(tx: Connection, letter_id: int, actor: str, reason: str) -> None:
    """Settle an open dead letter without a redrive; raise NotFound, or Conflict if settled."""
    row = _row(tx, letter_id)
    if not _settle(tx, row, "resolved", actor, reason):
        raise errors.Conflict(f"the dead letter is {row.state}")
    detail = {"consumer": row.consumer, "event_id": row.event_id, "reason": reason}
    audit.record(tx, actor, "dead_letter.resolve", str(letter_id), detail)


def message_data(body: bytes) -> bytes:
    """Return the message in a Pub/Sub push request's body, or empty bytes for any other body."""
    envelope = _json(body)
    try:
        return base64.b64decode(envelope["message"]["data"])
    except (KeyError, TypeError, ValueError):
        return b""


def _settle(tx: Connection, row: Row[Any], state: State, actor: str, reason: str | None) -> bool:
    """Settle a dead letter; return False if the letter has changed since it was read."""
    letter = dead_letters.c
    settled = update(dead_letters).where(
        letter.dead_letter_id == row.dead_letter_id,
        letter.state == "open",
        letter.occurred_at == row.occurred_at,
    )
    values = {"settled_at": clock.now(), "settled_by": actor, "resolution": reason}
    return tx.execute(settled.values(state=state, **values)).rowcount == 1


def _failure(consumer: str, event_id: str) -> tuple[Any, Any]:
    return event_failures.c.consumer == consumer, event_failures.c.event_id == event_id


def _row(conn: Connection, letter_id: int) -> Row[Any]:
    query = select(dead_letters).where(dead_letters.c.dead_letter_id == letter_id)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise errors.NotFound(f"no dead letter has the id {letter_id}")
    return row


def _summary(row: Row[Any]) -> dict[str, Any]:
    return {
        "dead_letter_id": str(row.dead_letter_id),
        "consumer": row.consumer,
        "event_id": row.event_id,
        "code": row.code,
        "reason": row.reason[-SHOWN_REASON_LENGTH:],
        "occurred_at": row.occurred_at,
        "state": row.state,
    }


def _json(data: bytes) -> Any:
    """Parse JSON; return None if the data is invalid, too deeply nested or not encodable."""
    try:
        return from_json(data) if data else None
    except ValueError:
        return None
