"""Implements pull triggers, which consume a topic in batches of up to 1,000 messages.

A schedule calls the function. The function pulls, handles and acknowledges messages until the topic
is empty or time runs out.
"""

import base64
import json
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
from google.api_core import exceptions as google
from google.pubsub_v1 import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from pydantic import BaseModel

from shared.runtime import clock, errors, logs, messages, names, own_manifest, settings, tracing
from shared.runtime.events import consumer, deadletters
from shared.runtime.events.envelope import Event, Unreadable, message_event, push
from shared.runtime.google_errors import UNAVAILABLE

if TYPE_CHECKING:
    from shared.runtime.manifest import Manifest

M = TypeVar("M", bound=BaseModel)

BATCH = 1000
PULL_WAIT_SECONDS = 3
ACKNOWLEDGE_SECONDS = 10
# The rest of the function's timeout is reserved for the running batch.
SHARE_OF_TIMEOUT = 0.5

_client: SubscriberClient | None = None
_lock = threading.Lock()


def on_pull(
    model: type[M], entry_file: str
) -> Callable[[Callable[[list[M]], None]], consumer.EntryPoint]:
    """Register a handler for batches of up to 1,000 messages from the manifest's topic.

    The handler runs one transaction per batch. The batch is acknowledged after the handler returns.
    If the handler fails, the messages are handled one by one, so that an invalid message does not
    block the others.
    """

    def decorate(handler: Callable[[list[M]], None]) -> consumer.EntryPoint:
        known = own_manifest.of(entry_file)

        def read(name: str, headers: dict[str, str], body: bytes) -> Event:
            # A redrive delivers the one message that the scheduled call would have pulled.
            if names.REDRIVE_HEADER in headers:
                return push(name, headers, body)
            return consumer.scheduled(name, headers, body)

        def run(event: Event) -> None:
            if event.type == consumer.SCHEDULE:
                logs.info("done", counts={"messages": _drain(known, model, handler)})
            else:
                handler([consumer.parsed(model, event.data)])

        return consumer.entry_point(known, consumer.SCHEDULE, read, run)

    return decorate


def _drain(known: "Manifest", model: type[M], handler: Callable[[list[M]], None]) -> int:
    """Handle messages until none remain or time runs out, and return how many were handled."""
    done, until = 0, time.monotonic() + known.timeout * SHARE_OF_TIMEOUT
    while time.monotonic() < until:
        received = _pull(known.name)
        if not received:
            break
        finished = _handle(known.name, model, handler, received)
        _acknowledge(known.name, finished)
        done += len(finished)
    return done


def _handle(
    name: str, model: type[M], handler: Callable[[list[M]], None], received: list[Any]
) -> list[str]:
    """Handle messages, and return the acknowledgement ids of those that were handled."""
    good: list[tuple[str, Event, M]] = []
    finished: list[str] = []
    for one in received:
        event = _event(name, one.message)
        try:
            good.append((one.ack_id, event, consumer.parsed(model, event.data)))
        except Unreadable as error:
            deadletters.bury(event, "unreadable", str(error))
            finished.append(one.ack_id)
    try:
        if good:
            handler([payload for _, _, payload in good])
        return finished + [ack_id for ack_id, _, _ in good]
    except errors.Unavailable:
        raise
    except Exception:  # noqa: BLE001  whichever message it was, the others continue
        logs.warning("a batch failed: its messages are handled one by one", messages=len(good))
    for ack_id, event, payload in good:
        alone = partial(_alone, handler, payload)
        status, _ = consumer.handle(event, alone, keep=True, redrive=False)
        if status == consumer.DONE:
            finished.append(ack_id)
    return finished


def _alone(handler: Callable[[list[M]], None], payload: M, event: Event) -> None:
    del event
    handler([payload])


def _event(name: str, message: Any) -> Event:
    """Return the event in a pulled message.

    The event's body has the format of a push request, so that the event can be redriven.
    """
    attributes = dict(message.attributes)
    pushed = {
        "attributes": attributes,
        "data": base64.b64encode(message.data).decode("ascii"),
        "messageId": message.message_id,
        "publishTime": clock.rfc3339(message.publish_time),
    }
    return message_event(
        name,
        attributes,
        message.data,
        message_id=message.message_id,
        published_at=message.publish_time,
        headers={"content-type": "application/json"},
        body=json.dumps({"message": pushed}).encode(),
    )


def _pull(name: str) -> list[Any]:
    request = {"subscription": _subscription(name), "max_messages": BATCH}
    with tracing.span(f"pull {name}", "receive", messages=0) as attributes:
        try:
            answer = _subscriber().pull(request=request, retry=None, timeout=PULL_WAIT_SECONDS)
        except google.DeadlineExceeded:
            return []
        except UNAVAILABLE as error:
            raise errors.Unavailable(messages.UNAVAILABLE_DETAIL) from error
        attributes["messages"] = len(answer.received_messages)
    return list(answer.received_messages)


def _acknowledge(name: str, ack_ids: list[str]) -> None:
    if ack_ids:
        request = {"subscription": _subscription(name), "ack_ids": ack_ids}
        with tracing.span(f"acknowledge {name}", "receive", messages=len(ack_ids)):
            try:
                _subscriber().acknowledge(request=request, retry=None, timeout=ACKNOWLEDGE_SECONDS)
            except UNAVAILABLE as error:  # they are delivered and handled again
                raise errors.Unavailable(messages.UNAVAILABLE_DETAIL) from error


def _subscription(name: str) -> str:
    # Not Manifest.service: the manifest in a bundle has no properties.
    return f"projects/{settings.core().project}/subscriptions/{name.replace('_', '-')}"


def _subscriber() -> SubscriberClient:
    global _client  # noqa: PLW0603  one client per process is intended
    with _lock:
        if _client is None:
            host = os.environ.get("PUBSUB_EMULATOR_HOST")
            if host:
                channel = grpc.insecure_channel(host, options=messages.CHANNEL_OPTIONS)
                _client = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
            else:
                _client = SubscriberClient()
        return _client
