"""Converts every delivery to an `Event`: Pub/Sub pushes, Firestore CloudEvents and schedules."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, TypeAdapter

from shared.runtime import clock

KEPT_HEADERS = ("content-type", "ce-", "traceparent")
MAX_ID_LENGTH = 191
"""The width of the tables' event ids."""
_KEPT_ID_LENGTH = 150
_MOMENT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class Unreadable(Exception):
    """A delivery that failed to parse."""


@dataclass(frozen=True)
class Event:
    """One delivery.

    id: the event's id, which is the same for every delivery. time: when the event was stored for
    delivery. data: the payload's bytes. headers, body: the delivery as it arrived, for a later
    redrive. attempt: the number of this delivery, from 1; None if the transport does not count
    deliveries.
    """

    id: str
    type: str
    time: datetime
    consumer: str
    attributes: dict[str, str]
    data: bytes
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    attempt: int | None = None

    @property
    def traceparent(self) -> str | None:
        """Return the sender's trace context."""
        return self.attributes.get("traceparent") or self.headers.get("traceparent")


def short_id(event_id: str) -> str:
    """Return the event id, shortened to a prefix and a hash if it is too long for the tables."""
    if len(event_id) <= MAX_ID_LENGTH:
        return event_id
    digest = hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{event_id[:_KEPT_ID_LENGTH]}-{digest[: MAX_ID_LENGTH - _KEPT_ID_LENGTH - 1]}"


def event_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return the event's own headers, without the transport's."""
    return {name: value for name, value in headers.items() if name.startswith(KEPT_HEADERS)}


def push(consumer: str, headers: dict[str, str], body: bytes) -> Event:
    """Return the event in a Pub/Sub push request, or raise Unreadable.

    https://cloud.google.com/pubsub/docs/push#receive_push
    """
    try:
        envelope: dict[str, Any] = json.loads(body)
        message: dict[str, Any] = envelope["message"]
        attempt = envelope.get("deliveryAttempt")
        attributes = {str(key): str(value) for key, value in message.get("attributes", {}).items()}
        return message_event(
            consumer,
            attributes,
            base64.b64decode(message.get("data", ""), validate=True),
            message_id=str(message["messageId"]),
            published_at=_MOMENT.validate_python(message["publishTime"]),
            headers=event_headers(headers),
            body=body,
            attempt=None if attempt is None else int(attempt),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"the body is not a Pub/Sub push request: {error!r}"
        raise Unreadable(reason) from error


def message_event(  # noqa: PLR0913  one argument per field of the message
    consumer: str,
    attributes: dict[str, str],
    data: bytes,
    *,
    message_id: str,
    published_at: datetime,
    headers: dict[str, str],
    body: bytes,
    attempt: int | None = None,
) -> Event:
    """Return the event in a Pub/Sub message.

    The message's CloudEvents id takes precedence over its Pub/Sub message id.
    """
    return Event(
        id=short_id(attributes.get("ce-id") or message_id),
        type=attributes.get("ce-type", "google.cloud.pubsub.topic.v1.messagePublished"),
        time=published_at,
        consumer=consumer,
        attributes=attributes,
        data=data,
        headers=headers,
        body=body,
        attempt=attempt,
    )


def cloud_event(consumer: str, headers: dict[str, str], body: bytes) -> Event:
    """Return the event in a CloudEvents 1.0 request in binary mode, or raise Unreadable."""
    lacking = [name for name in ("ce-id", "ce-type", "ce-time") if name not in headers]
    if lacking:
        reason = f"the request is not a CloudEvent in binary mode: it lacks {lacking}"
        raise Unreadable(reason)
    try:
        moment = _MOMENT.validate_python(headers["ce-time"])
    except ValueError as error:
        reason = f"ce-time is not a time: {headers['ce-time'][:50]}"
        raise Unreadable(reason) from error
    return Event(
        id=short_id(headers["ce-id"]),
        type=headers["ce-type"],
        time=moment,
        consumer=consumer,
        attributes={name: value for name, value in headers.items() if name.startswith("ce-")},
        data=body,
        headers=event_headers(headers),
        body=body,
    )


def anonymous(consumer: str, headers: dict[str, str], body: bytes) -> Event:
    """Return a placeholder event for a delivery that failed to parse, so that it can be stored."""
    digest = hashlib.sha256(body).hexdigest()
    return Event(
        id=f"unreadable-{digest[:32]}",
        type="unreadable",
        time=clock.now(),
        consumer=consumer,
        attributes={},
        data=body,
        headers=event_headers(headers),
        body=body,
    )
