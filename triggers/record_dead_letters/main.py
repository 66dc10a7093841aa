"""Dead letters are kept, whichever way they came, until an operator settles them.

Two ways: our own `DeadLetter` message from a consumer that gave an event up, and the raw message
that a subscription's policy forwarded after its last attempt. The second tells no reason, so the
failures on record do. Pub/Sub tells nothing of what it forwards but the subscription, the count of
deliveries and the time of publishing: without our `ce-id` the letter has the id of the forwarded
message, its failures are not found, and its reason is only that the attempts are exhausted.
"""

import base64
import json
from datetime import UTC
from urllib.parse import unquote

from shared.domain.operations import dead_letters
from shared.domain.operations.dead_letters import Letter
from shared.runtime import clock, events, names, sql
from shared.runtime.events import DeadLetter
from shared.runtime.events.deadletters import MAX_REASON_LENGTH
from shared.runtime.events.envelope import short_id

FORWARDED = "CloudPubSubDeadLetterSource"
"""How the attributes begin that Pub/Sub adds when it forwards a message."""
UNKNOWN = "unknown"
MAX_CODE_LENGTH = 64
MAX_UID_LENGTH = 128


@events.on_raw_message(__file__)
def main(event: events.Event) -> None:
    """Record one dead letter; what nobody can read is recorded too, as it is."""
    letter = _forwarded(event) if f"{FORWARDED}Subscription" in event.attributes else _sent(event)
    sql.transact(lambda tx: dead_letters.record(tx, letter))


def _sent(event: events.Event) -> Letter:
    """Return what a consumer of ours gave up."""
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
        uid=_storable(sent.uid) or _player(sent.headers, dead_letters.message_data(body)),
    )


def _forwarded(event: events.Event) -> Letter:
    """Return what a subscription gave up, as the push request that its consumer would get."""
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
        code=dead_letters.EXHAUSTED,
        reason=None,
        occurred_at=event.time,
        headers={"content-type": "application/json"},
        body=json.dumps({"message": message, "subscription": subscription}).encode(),
        uid=_player({}, event.data),
    )


def _stray(event: events.Event) -> Letter:
    """Return a message on the topic that is no dead letter of ours: kept, never dropped."""
    return Letter(
        consumer=UNKNOWN,
        event_id=event.id,
        code="unreadable",
        reason="the message on the topic dead-letters is no dead letter",
        occurred_at=event.time,
        headers=event.headers,
        body=event.body,
        uid=None,
    )


def _player(headers: dict[str, str], data: bytes) -> str | None:
    """Return whose event it is, so that the player's erasure finds it."""
    path = (headers.get("ce-document") or headers.get("ce-subject", "")).split("/")
    if "players" in path[:-1]:
        return _storable(unquote(path[path.index("players") + 1]))
    try:
        return _storable(json.loads(data)["uid"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _storable(uid: object) -> str | None:
    """Return a player's id, or None for what can be nobody's: too long, or half a character."""
    if not isinstance(uid, str) or not 1 <= len(uid) <= MAX_UID_LENGTH:
        return None
    try:
        uid.encode()
    except UnicodeEncodeError:
        return None
    return uid
