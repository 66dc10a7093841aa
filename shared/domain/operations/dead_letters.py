"""Events that no retry could heal: kept until an operator redrives or resolves them.

A letter is open, redriven or resolved. It is unique by consumer and event: one that comes again
later than the one on record opens the record again; the same one delivered twice changes nothing.
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
AWAY = 503


class DeadLetter(BaseModel):
    """A dead letter in a list; `reason` is cut to its last 200 characters."""

    dead_letter_id: str
    consumer: str
    event_id: str
    code: str
    reason: str
    occurred_at: datetime
    state: str


class DeadLetterDetail(DeadLetter):
    """A dead letter with all that a redrive would send.

    body: the body when it is JSON; else it is in `body_base64`. payload: the message inside a
    push request's body, when that is JSON.
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
    """What became of one redrive: the letter's state, and what the consumer answered."""

    dead_letter_id: str
    state: str
    status: int | None
    detail: str


@dataclass
class RedrivenPage:
    """What became of several redrives; `next_after` is where the next ones start."""

    redriven: int
    failed: list[RedriveResult]
    next_after: int | None = None


@dataclass(frozen=True)
class Letter:
    """A dead letter as it arrives; `reason` None: the failures on record tell it."""

    consumer: str
    event_id: str
    code: str
    reason: str | None
    occurred_at: datetime
    headers: dict[str, str]
    body: bytes
    uid: str | None


def record(tx: Connection, letter: Letter) -> None:
    """Keep a letter, or open the one on record again when this one died later."""
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
        again = update(dead_letters).where(
            dead_letters.c.consumer == letter.consumer,
            dead_letters.c.event_id == letter.event_id,
            dead_letters.c.occurred_at < letter.occurred_at,
        )
        tx.execute(again.values(**row))
    tx.execute(delete(event_failures).where(*_failure(letter.consumer, letter.event_id)))


def list_page(
    conn: Connection, state: State, consumer: str | None, after: int, limit: int
) -> tuple[list[DeadLetter], int | None]:
    """Return up to `limit` letters, the oldest first, and the id behind which the next page is."""
    letter = dead_letters.c
    listed = (
        select(dead_letters)
        .where(letter.state == state, letter.dead_letter_id > after)
        .order_by(letter.dead_letter_id)
        .limit(limit + 1)
    )
    if consumer is not None:
        listed = listed.where(letter.consumer == consumer)
    rows = conn.execute(listed).all()
    found = [DeadLetter(**_summary(row)) for row in rows[:limit]]
    return found, rows[limit - 1].dead_letter_id if len(rows) > limit else None


def get(conn: Connection, letter_id: int) -> DeadLetterDetail:
    """Return a letter with headers and body; raise NotFound."""
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
    """Post an open letter to its consumer once more; raise NotFound, or Conflict when settled."""
    row = sql.read(lambda conn: _row(conn, letter_id))
    if row.state != "open":
        raise errors.Conflict(f"the dead letter is {row.state}")
    answer = redelivery.post(row.consumer, json.loads(row.headers), row.body)

    def settle(tx: Connection) -> RedriveResult:
        state: State = "open"
        if answer.accepted and _settle(tx, row, "redriven", actor, None):
            state = "redriven"
        # A failed redrive is told here and now: no delivery waits for a next try.
        tx.execute(delete(event_failures).where(*_failure(row.consumer, row.event_id)))
        told = RedriveResult(
            dead_letter_id=str(letter_id), state=state, status=answer.status, detail=answer.detail
        )
        about = {"consumer": row.consumer, "event_id": row.event_id, **told.model_dump()}
        audit.record(tx, actor, "dead_letter.redrive", str(letter_id), about)
        return told

    return sql.transact(settle)


def redrive_page(consumer: str, after: int, limit: int, actor: str, until: float) -> RedrivenPage:
    """Redrive open letters of one consumer, the oldest first, until `until` (monotonic seconds).

    It stops at a consumer that is away, since the next letter would fare the same.
    """
    found, following = sql.read(lambda conn: list_page(conn, "open", consumer, after, limit))
    done = RedrivenPage(redriven=0, failed=[])
    for letter in found:
        if time.monotonic() >= until:
            break
        told = _redriven_or_settled(int(letter.dead_letter_id), actor)
        if told is not None and told.state == "redriven":
            done.redriven += 1
        elif told is not None:
            done.failed.append(told)
            if told.status in (None, AWAY):
                break
        after = int(letter.dead_letter_id)
    else:
        done.next_after = following
        return done
    done.next_after = after
    return done


def _redriven_or_settled(letter_id: int, actor: str) -> RedriveResult | None:
    """Redrive a letter; None when another operator settled it a moment ago."""
    try:
        return redrive(letter_id, actor)
    except errors.Conflict:
        return None


def resolve(tx: Connection, letter_id: int, actor: str, reason: str) -> None:
    """Settle an open letter without a redrive; raise NotFound, or Conflict when settled."""
    row = _row(tx, letter_id)
    if not _settle(tx, row, "resolved", actor, reason):
        raise errors.Conflict(f"the dead letter is {row.state}")
    about = {"consumer": row.consumer, "event_id": row.event_id, "reason": reason}
    audit.record(tx, actor, "dead_letter.resolve", str(letter_id), about)


def message_data(body: bytes) -> bytes:
    """Return the message inside a Pub/Sub push request's body; empty when it is none."""
    envelope = _json(body)
    try:
        return base64.b64decode(envelope["message"]["data"])
    except (KeyError, TypeError, ValueError):
        return b""


def _settle(tx: Connection, row: Row[Any], state: State, actor: str, reason: str | None) -> bool:
    """Close the letter that was read; False when it was settled or died again meanwhile."""
    letter = dead_letters.c
    closed = update(dead_letters).where(
        letter.dead_letter_id == row.dead_letter_id,
        letter.state == "open",
        letter.occurred_at == row.occurred_at,
    )
    values = {"settled_at": clock.now(), "settled_by": actor, "resolution": reason}
    return tx.execute(closed.values(state=state, **values)).rowcount == 1


def _failure(consumer: str, event_id: str) -> tuple[Any, Any]:
    return event_failures.c.consumer == consumer, event_failures.c.event_id == event_id


def _row(conn: Connection, letter_id: int) -> Row[Any]:
    found = select(dead_letters).where(dead_letters.c.dead_letter_id == letter_id)
    row = conn.execute(found).one_or_none()
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
    """Return what JSON says; None where it cannot be said again: too deep, half a character."""
    try:
        return from_json(data) if data else None
    except ValueError:
        return None
