"""Publishes messages to Pub/Sub as CloudEvents in binary mode.

Messages are sent with a unary call. The batching publisher needs background threads, but an
instance has no CPU after the response. Attributes contain the CloudEvents context with the prefix
`ce-`, as the HTTP binding does in headers
(https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md).
"""

import os
import threading
import uuid
from typing import ClassVar

import grpc
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from pydantic import BaseModel

from shared.runtime import clock, errors, settings, tracing
from shared.runtime.google_errors import UNAVAILABLE

RPC_TIMEOUT_SECONDS = 10
# Firestore's and Pub/Sub's channels wait up to two minutes between attempts by default.
CHANNEL_OPTIONS = [("grpc.max_reconnect_backoff_ms", 2000)]

UNAVAILABLE_DETAIL = "the message service is not responding"

_client: PublisherClient | None = None
_lock = threading.Lock()


class Message(BaseModel):
    """Base class for messages; each model is the contract for a message's JSON.

    topic: the topic's id. type: the CloudEvents type, which ends with its version.
    """

    topic: ClassVar[str]
    type: ClassVar[str]


def publish(message: Message, *, event_id: str | None = None) -> str:
    """Publish a message, and return its event id after Pub/Sub has stored it.

    Raises Unavailable if Pub/Sub does not confirm the message; the message may or may not have been
    stored.
    """
    event_id = event_id or str(uuid.uuid4())
    send(message.topic, [(message.model_dump_json().encode(), attributes(message, event_id))])
    return event_id


def attributes(message: Message, event_id: str) -> dict[str, str]:
    """Return a message's CloudEvents attributes, including the current trace context."""
    described = {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": message.type,
        "ce-source": f"//savepoint/{settings.core().project}",
        "ce-time": clock.rfc3339(clock.now()),
        "content-type": "application/json",
    }
    current = tracing.traceparent()
    return {**described, "traceparent": current} if current else described


def send(topic: str, bodies: list[tuple[bytes, dict[str, str]]]) -> None:
    """Publish bodies with their attributes to a topic in one call, or raise Unavailable."""
    path = f"projects/{settings.core().project}/topics/{topic}"
    packed = [PubsubMessage(data=body, attributes=described) for body, described in bodies]
    with tracing.span(f"publish {topic}", "publish", messages=len(packed)):
        try:
            client().publish(topic=path, messages=packed, retry=None, timeout=RPC_TIMEOUT_SECONDS)
        except UNAVAILABLE as error:
            raise errors.Unavailable(UNAVAILABLE_DETAIL) from error


def client() -> PublisherClient:
    """Return this process's publisher, which is created on first use."""
    global _client  # noqa: PLW0603  one client per process is intended
    with _lock:
        if _client is None:
            host = os.environ.get("PUBSUB_EMULATOR_HOST")
            if host:
                channel = grpc.insecure_channel(host, options=CHANNEL_OPTIONS)
                _client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
            else:
                _client = PublisherClient()
        return _client
