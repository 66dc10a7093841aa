"""Parses dead letters from the messages on their topic.

A message is either a `DeadLetter` that a consumer published, or the raw message that a subscription
forwarded after its last attempt. Pub/Sub adds only the subscription, the delivery count and the
publish time to a forwarded message, so the reason is taken from the recorded failures. If the
message has no `ce-id`, the dead letter gets the id of the forwarded message. Recorded failures
cannot be found by a message id, so the reason only says that the delivery attempts are exhausted.
"""

import base64
import json
from datetime import UTC
from urllib.parse import unquote

from shared.domain.operations.dead_letters import EXHAUSTED, NewDeadLetter, message_data
from shared.runtime import clock, names
from shared.runtime.events import DeadLetter, Event
from shared.runtime.events.deadletters import MAX_REASON_LENGTH
from shared.runtime.events.envelope import short_id

FORWARDED = "CloudPubSubDeadLetterSource"
"""Prefix of the attributes that Pub/Sub adds to a forwarded message."""
UNKNOWN = "unknown"
MAX_CODE_LENGTH = 64
MAX_UID_LENGTH = 128


def parse(event: Event) -> NewDeadLetter:
    """Return the dead letter in a message; an unreadable message becomes a dead letter itself."""
    if f"{FORWARDED}Subscription" in event.attributes:
        return _forwarded(event)
    return _published(event)


def _published(event: Event) -> NewDeadLetter:
    """Return the dead letter that one of our consumers published."""
    try:
        sent = DeadLetter.model_validate_json(event.data)
        body = base64.b64decode(sent.body_base64, validate=True)
        occurred_at = sent.occurred_at.astimezone(UTC)
    except (ValueError, OverflowError):
        return _unreadable(event)
    if not names.is_function(sent.consumer) or len(sent.code) > MAX_CODE_LENGTH:
        return _unreadable(event)
    return NewDeadLetter(
        consumer=sent.consumer,
        event_id=short_id(sent.event_id),
        code=sent.code,
        reason=sent.reason[:MAX_REASON_LENGTH],
        occurred_at=occurred_at,
        headers=sent.headers,
        body=body,
        uid=_storable(sent.uid) or _player_uid(sent.headers, message_data(body)),
    )


def _forwarded(event: Event) -> NewDeadLetter:
    """Return the event that a subscription forwarded, as a push request to its consumer."""
    subscription = event.attributes[f"{FORWARDED}Subscription"].rpartition("/")[2]
    consumer = subscription.replace("-", "_")
    if not names.is_function(consumer):
        return _unreadable(event)
    attributes = {k: v for k, v in event.attributes.items() if not k.startswith(FORWARDED)}
    published = event.attributes.get(f"{FORWARDED}TopicPublishTime")
    message = {
        "attributes": attributes,
        "data": base64.b64encode(event.data).decode(),
        "messageId": event.id,
        "publishTime": published or clock.rfc3339(event.time),
    }
    return NewDeadLetter(
        consumer=consumer,
        event_id=event.id,
        code=EXHAUSTED,
        reason=None,
        occurred_at=event.time,
        headers={"content-type": "application/json"},
        body=json.dumps({"message": message, "subscription": subscription}).encode(),
        uid=_player_uid({}, event.data),
    )


def _unreadable(event: Event) -> NewDeadLetter:
    """Return a dead letter that contains an unreadable message, so that the message is kept."""
    return NewDeadLetter(
        consumer=UNKNOWN,
        event_id=event.id,
        code="unreadable",
        reason="the message on the topic dead-letters is not a dead letter",
        occurred_at=event.time,
        headers=event.headers,
        body=event.body,
        uid=None,
    )


def _player_uid(headers: dict[str, str], data: bytes) -> str | None:
    """Return the player's uid, by which an erasure finds and deletes the dead letter."""
    path = (headers.get("ce-document") or headers.get("ce-subject", "")).split("/")
    if "players" in path[:-1]:
        return _storable(unquote(path[path.index("players") + 1]))
    try:
        return _storable(json.loads(data)["uid"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _storable(uid: object) -> str | None:
    """Return the text as a uid, or None if it is too long or not valid Unicode."""
    if not isinstance(uid, str) or not 1 <= len(uid) <= MAX_UID_LENGTH:
        return None
    try:
        uid.encode()
    except UnicodeEncodeError:
        return None
    return uid
