"""Reads dead letters from the messages of their topic, whichever way they were sent.

Two ways: our own `DeadLetter` message from a consumer that gave an event up, and the raw message
that a subscription forwarded after its last attempt. A forwarded message has no
reason, so the recorded failures supply it. Pub/Sub adds only the subscription, the number of
deliveries and the publish time: without our `ce-id` the letter has the id of the forwarded message,
its failures are not found, and its reason is only that the attempts are exhausted.
"""

import base64
import json
from datetime import UTC
from urllib.parse import unquote

from shared.domain.operations.dead_letters import EXHAUSTED, Letter, message_data
from shared.runtime import clock, names
from shared.runtime.events import DeadLetter, Event
from shared.runtime.events.deadletters import MAX_REASON_LENGTH
from shared.runtime.events.envelope import short_id

FORWARDED = "CloudPubSubDeadLetterSource"
"""Prefix of the attributes that Pub/Sub adds to a forwarded message."""
UNKNOWN = "unknown"
MAX_CODE_LENGTH = 64
MAX_UID_LENGTH = 128


def read(event: Event) -> Letter:
    """Return the letter in a message; an unreadable message becomes a letter as it is."""
    if f"{FORWARDED}Subscription" in event.attributes:
        return _forwarded(event)
    return _sent(event)


def _sent(event: Event) -> Letter:
    """Return the event that one of our consumers gave up."""
    try:
        sent = DeadLetter.model_validate_json(event.data)
        body = base64.b64decode(sent.body_base64, validate=True)
        occurred_at = sent.occurred_at.astimezone(UTC)
    except (ValueError, OverflowError):
        return _stray(event)
    if not names.is_function(sent.consumer) or len(sent.code) > MAX_CODE_LENGTH:
        return _stray(event)
    return Letter(
        consumer=sent.consumer,
        event_id=short_id(sent.event_id),
        code=sent.code,
        reason=sent.reason[:MAX_REASON_LENGTH],
        occurred_at=occurred_at,
        headers=sent.headers,
        body=body,
        uid=_storable(sent.uid) or _player(sent.headers, message_data(body)),
    )


def _forwarded(event: Event) -> Letter:
    """Return the event that a subscription gave up, as the push request to its consumer."""
    subscription = event.attributes[f"{FORWARDED}Subscription"].rpartition("/")[2]
    consumer = subscription.replace("-", "_")
    if not names.is_function(consumer):
        return _stray(event)
    attributes = {k: v for k, v in event.attributes.items() if not k.startswith(FORWARDED)}
    published = event.attributes.get(f"{FORWARDED}TopicPublishTime")
    message = {
        "attributes": attributes,
        "data": base64.b64encode(event.data).decode(),
        "messageId": event.id,
        "publishTime": published or clock.rfc3339(event.time),
    }
    return Letter(
        consumer=consumer,
        event_id=event.id,
        code=EXHAUSTED,
        reason=None,
        occurred_at=event.time,
        headers={"content-type": "application/json"},
        body=json.dumps({"message": message, "subscription": subscription}).encode(),
        uid=_player({}, event.data),
    )


def _stray(event: Event) -> Letter:
    """Return a message that is not a dead letter of ours: it is kept, never dropped."""
    return Letter(
        consumer=UNKNOWN,
        event_id=event.id,
        code="unreadable",
        reason="the message on the topic dead-letters is not a dead letter",
        occurred_at=event.time,
        headers=event.headers,
        body=event.body,
        uid=None,
    )


def _player(headers: dict[str, str], data: bytes) -> str | None:
    """Return the player's uid, so that an erasure deletes the letter."""
    path = (headers.get("ce-document") or headers.get("ce-subject", "")).split("/")
    if "players" in path[:-1]:
        return _storable(unquote(path[path.index("players") + 1]))
    try:
        return _storable(json.loads(data)["uid"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _storable(uid: object) -> str | None:
    """Return a uid, or None for text that cannot be one: too long, or not valid Unicode."""
    if not isinstance(uid, str) or not 1 <= len(uid) <= MAX_UID_LENGTH:
        return None
    try:
        uid.encode()
    except UnicodeEncodeError:
        return None
    return uid
