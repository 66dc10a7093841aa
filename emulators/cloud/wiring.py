"""Creates topics, subscriptions and document triggers from the manifests, as Terraform does."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from emulators.cloud.config import Cloud, CloudError
from shared.runtime.manifest import Manifest

DEAD_LETTERS = "dead-letters"
RECORDER = "record_dead_letters"
"""The one consumer without a dead letter topic; its messages are retried forever."""

SHORTEST_DEADLINE = 10
MOST_ATTEMPTS = 100
"""The maximum number of delivery attempts that Pub/Sub allows, also used in production."""
Manifests = Mapping[str, Manifest]


def topics(manifests: Manifests) -> list[str]:
    """Return every topic that a function uses, plus the dead letter topic."""
    found = {DEAD_LETTERS}
    for manifest in manifests.values():
        found.update(manifest.topics)
        if manifest.subscribed:
            found.add(manifest.subscribed)
    return sorted(found)


def subscription(cloud: Cloud, manifest: Manifest) -> dict[str, Any]:
    """Return the request body that creates a function's subscription.

    The subscription has no backoff, because the emulator loses messages if a subscription has a
    `retryPolicy` and several messages fail at once. Without a `retryPolicy`, the emulator retries
    each message every second. At one retry per second, production's limit of 100 attempts would be
    reached before a database recovers. In the local cloud, therefore, only subscriptions with a
    lower limit have a dead letter policy.
    """
    body: dict[str, Any] = {
        "topic": _topic(cloud, str(manifest.subscribed)),
        "ackDeadlineSeconds": max(SHORTEST_DEADLINE, min(manifest.timeout, 600)),
        "expirationPolicy": {},
        "pushConfig": push_config(cloud, manifest),
    }
    attempts = manifest.retry.max_attempts if manifest.retry else MOST_ATTEMPTS
    if attempts < MOST_ATTEMPTS and manifest.name != RECORDER:
        body["deadLetterPolicy"] = {
            "deadLetterTopic": _topic(cloud, DEAD_LETTERS),
            "maxDeliveryAttempts": attempts,
        }
    return body


def push_config(cloud: Cloud, manifest: Manifest) -> dict[str, str]:
    """Return a function's push configuration, which is empty if the function pulls its messages."""
    if not manifest.trigger.topic:
        return {}
    path = _topic(cloud, manifest.trigger.topic)
    return {"pushEndpoint": f"{cloud.url('functions')}/{manifest.name}/{path}"}


def _topic(cloud: Cloud, name: str) -> str:
    return f"projects/{cloud.project}/topics/{name}"


def subscriptions(cloud: Cloud, manifests: Manifests) -> Iterator[tuple[str, Manifest]]:
    """Yield each subscription's path and its function."""
    for manifest in manifests.values():
        if manifest.subscribed:
            yield f"/v1/projects/{cloud.project}/subscriptions/{manifest.service}", manifest


def wire_pubsub(cloud: Cloud, manifests: Manifests) -> None:
    """Create missing topics and subscriptions, and update existing push endpoints."""
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        for topic in topics(manifests):
            _is_created(client.put(f"/v1/{_topic(cloud, topic)}"))
        for path, manifest in subscriptions(cloud, manifests):
            if not _is_created(client.put(path, json=subscription(cloud, manifest))):
                _push_to(client, path, push_config(cloud, manifest))


def pause_pushes(cloud: Cloud, manifests: Manifests) -> None:
    """Disable push delivery, because the emulator retries unreachable endpoints in a busy loop."""
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        for path, _ in subscriptions(cloud, manifests):
            _push_to(client, path, {})


def _push_to(client: httpx.Client, path: str, config: dict[str, str]) -> None:
    client.post(f"{path}:modifyPushConfig", json={"pushConfig": config}).raise_for_status()


def _is_created(response: httpx.Response) -> bool:
    if response.status_code == httpx.codes.CONFLICT:
        return False
    if response.is_error:
        msg = f"The Pub/Sub emulator refused {response.request.url.path}: {response.text.strip()}"
        raise CloudError(msg)
    return True


def wire_firestore(cloud: Cloud, manifests: Manifests) -> None:
    """Register the document events that trigger functions; the emulator posts them to the edge."""
    path = f"/emulator/v1/projects/{cloud.project}/eventarcTrigger"
    with httpx.Client(base_url=cloud.url("firestore"), timeout=10) as client:
        for manifest in manifests.values():
            if manifest.trigger.document:
                query = {"eventarcTriggerId": manifest.service}
                response = client.post(path, params=query, json=document_trigger(manifest))
                if response.is_error:
                    msg = f"The Firestore emulator refused {manifest.name}: {response.text.strip()}"
                    raise CloudError(msg)


def document_trigger(manifest: Manifest) -> dict[str, Any]:
    """Return the request body that registers a document trigger."""
    watched = manifest.trigger.document
    if watched is None:
        msg = f"{manifest.name} does not have a document trigger."
        raise CloudError(msg)
    return {
        "eventType": f"google.cloud.firestore.document.v1.{watched.event}",
        "database": "(default)",
        "namespace": "(default)",
        "document": {"value": watched.path, "matchType": "PATH_PATTERN"},
    }
