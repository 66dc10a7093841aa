"""Topics and subscriptions equal those that Terraform creates from the same manifests."""

from typing import Any

import httpx
import pytest

from emulators.cloud import wiring
from shared.runtime import manifest
from tests.support.local_cloud import FIXTURES, LocalCloud


@pytest.fixture
def subscriptions(cloud: LocalCloud) -> dict[str, Any]:
    path = f"/v1/projects/{cloud.cloud.project}/subscriptions"
    found = httpx.get(cloud.cloud.url("pubsub") + path).json()["subscriptions"]
    return {one["name"].rpartition("/")[2]: one for one in found}


def test_a_subscription_has_the_manifests_attempts(
    cloud: LocalCloud, subscriptions: dict[str, Any]
) -> None:
    flaky = subscriptions["flaky-message"]
    endpoint = flaky["pushConfig"]["pushEndpoint"]
    functions = cloud.cloud.url("functions")
    assert endpoint == f"{functions}/flaky_message/projects/demo-savepoint/topics/flaky-messages"
    assert flaky["ackDeadlineSeconds"] == 30
    assert flaky["deadLetterPolicy"]["maxDeliveryAttempts"] == 5
    assert flaky["deadLetterPolicy"]["deadLetterTopic"].endswith("/topics/dead-letters")


def test_dead_letters_are_retried_forever(subscriptions: dict[str, Any]) -> None:
    recorder = subscriptions["record-dead-letters"]
    assert recorder["topic"].endswith("/topics/dead-letters")
    assert "deadLetterPolicy" not in recorder


def test_a_pulled_topic_is_not_pushed(subscriptions: dict[str, Any]) -> None:
    assert "pushEndpoint" not in subscriptions["pulled-batch"].get("pushConfig", {})


def test_every_topic_that_is_published_to_exists() -> None:
    found = wiring.topics(manifest.discover([FIXTURES]))
    assert found == ["dead-letters", "flaky-messages", "pulled-batches"]


def test_a_hundred_attempts_are_for_ever_here(subscriptions: dict[str, Any]) -> None:
    """At the emulator's second between them they would be over in less than two minutes."""
    assert "deadLetterPolicy" not in subscriptions["roll-up-sessions"]


def test_the_emulator_is_given_no_backoff(subscriptions: dict[str, Any]) -> None:
    """It would forget messages; see `wiring.subscription`."""
    assert not any(one.get("retryPolicy") for one in subscriptions.values())
