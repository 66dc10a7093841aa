"""Topics, subscriptions and document events, wired from the manifests as production wires them."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from emulators.cloud.config import Cloud, CloudError
from shared.runtime.manifest import Manifest

DEAD_LETTERS = "dead-letters"
RECORDER = "record_dead_letters"
"""The one consumer whose messages have no dead letter: it is retried for ever."""

SHORTEST_DEADLINE = 10
MOST_ATTEMPTS = 100
"""The most that a subscription allows, and what production uses."""
Manifests = Mapping[str, Manifest]


def topics(manifests: Manifests) -> list[str]:
    """List every topic that someone publishes to or reads, and the dead letters."""
    found = {DEAD_LETTERS}
    for manifest in manifests.values():
        found.update(manifest.topics)
        if manifest.subscribed:
            found.add(manifest.subscribed)
    return sorted(found)


def subscription(cloud: Cloud, manifest: Manifest) -> dict[str, Any]:
    """Return the subscription of a function that a topic reaches, as the Pub/Sub API takes it.

    Without production's backoff: given a `retryPolicy` the emulator forgets messages for ever
    when several fail at a time. Left alone it tries each once a second and forgets none. At that
    pace production's 100 attempts, which take hours there, would be over before a database is
    back; so only a consumer that asks for fewer has its dead letters made by Pub/Sub here.
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
    """Return where messages are pushed to; empty for a function that pulls them."""
    if not manifest.trigger.topic:
        return {}
    path = _topic(cloud, manifest.trigger.topic)
    return {"pushEndpoint": f"{cloud.url('functions')}/{manifest.name}/{path}"}


def _topic(cloud: Cloud, name: str) -> str:
    return f"projects/{cloud.project}/topics/{name}"


def subscriptions(cloud: Cloud, manifests: Manifests) -> Iterator[tuple[str, Manifest]]:
    """Yield each subscription's path and whose it is."""
    for manifest in manifests.values():
        if manifest.subscribed:
            yield f"/v1/projects/{cloud.project}/subscriptions/{manifest.service}", manifest


def wire_pubsub(cloud: Cloud, manifests: Manifests) -> None:
    """Create what is missing, and point every existing subscription at its function again."""
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        for topic in topics(manifests):
            _created(client.put(f"/v1/{_topic(cloud, topic)}"))
        for path, manifest in subscriptions(cloud, manifests):
            if not _created(client.put(path, json=subscription(cloud, manifest))):
                _push_to(client, path, push_config(cloud, manifest))


def pause_pushes(cloud: Cloud, manifests: Manifests) -> None:
    """Stop pushing: an emulator whose endpoints have gone away retries without a pause."""
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        for path, _ in subscriptions(cloud, manifests):
            _push_to(client, path, {})


def _push_to(client: httpx.Client, path: str, config: dict[str, str]) -> None:
    client.post(f"{path}:modifyPushConfig", json={"pushConfig": config}).raise_for_status()


def _created(answer: httpx.Response) -> bool:
    if answer.status_code == httpx.codes.CONFLICT:
        return False
    if answer.is_error:
        msg = f"The Pub/Sub emulator refused {answer.request.url.path}: {answer.text.strip()}"
        raise CloudError(msg)
    return True


def wire_firestore(cloud: Cloud, manifests: Manifests) -> None:
    """Register the document events that functions wait for; they are POSTed to the edge."""
    path = f"/emulator/v1/projects/{cloud.project}/eventarcTrigger"
    with httpx.Client(base_url=cloud.url("firestore"), timeout=10) as client:
        for manifest in manifests.values():
            if manifest.trigger.document:
                query = {"eventarcTriggerId": manifest.service}
                answer = client.post(path, params=query, json=document_trigger(manifest))
                if answer.is_error:
                    msg = f"The Firestore emulator refused {manifest.name}: {answer.text.strip()}"
                    raise CloudError(msg)


def document_trigger(manifest: Manifest) -> dict[str, Any]:
    """Return a document trigger as the Firestore emulator takes it."""
    watched = manifest.trigger.document
    if watched is None:
        msg = f"{manifest.name} is not started by a document."
        raise CloudError(msg)
    return {
        "eventType": f"google.cloud.firestore.document.v1.{watched.event}",
        "database": "(default)",
        "namespace": "(default)",
        "document": {"value": watched.path, "matchType": "PATH_PATTERN"},
    }
