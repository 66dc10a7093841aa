"""The account through the gateway: export and erasure."""

import base64
import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, update

from shared.domain.play.sessions import SessionsReported
from shared.runtime import clock, messages
from shared.schema.collections import NOTICES, STATS
from shared.schema.operations import outbox
from tests.conftest import Player
from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.usefixtures("cloud")


def played(player: Player, session: str, **changes: Any) -> SessionsReported:
    """Return a report of two hours of play that ended yesterday."""
    now = clock.now()
    start = now - timedelta(days=1, hours=2)
    end = start + timedelta(hours=2)
    runs = [{"start_at": start, "end_at": end, "utc_offset_min": 0}]
    reported = {"game_key": "7", "session_id": session, "runs": runs, "ended_at": end}
    given = {"uid": player.uid, "received_at": now, "sessions": [reported]}
    return SessionsReported.model_validate(given | changes)


def exported(client: httpx.Client, player: Player) -> Any:
    answer = client.get("/v1/me/export", headers=player.headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert player.uid not in answer.text
    return answer.json()


def remaining(client: httpx.Client, player: Player) -> list[str]:
    """Return where data of the player remains, apart from the erasure itself."""
    found = exported(client, player)
    everything = found["tables"] | found["documents"]
    return sorted(name for name, rows in everything.items() if rows and name != "erasures")


def erasure(client: httpx.Client, player: Player) -> Any:
    (found,) = exported(client, player)["tables"]["erasures"]
    return found


def documents(firestore: Any, player: Player) -> list[str]:
    return [
        one.reference.path
        for collection in (STATS, NOTICES)
        for one in firestore.collection(collection.of(player.uid)).stream()
    ]


EVERYTHING = ["inbox", "play_intervals", "player_achievements", "player_stats", "playtime_days"]


def play(client: httpx.Client, player: Player, eventually: Any) -> None:
    """Play as the player, and wait until rows and documents exist."""
    messages.publish(played(player, "s1"))
    eventually(lambda: remaining(client, player) == EVERYTHING, 60)


def push(cloud: LocalCloud, message: SessionsReported) -> int:
    """Push a message to the roll-up as Pub/Sub would, and return the status."""
    attributes = messages.attributes(message, str(uuid.uuid4()))
    data = base64.b64encode(message.model_dump_json().encode()).decode()
    body = {
        "message": {
            "data": data,
            "attributes": attributes,
            "messageId": "1",
            "publishTime": clock.rfc3339(clock.now()),
        },
        "subscription": "projects/demo-savepoint/subscriptions/roll-up-sessions",
    }
    url = cloud.env["CONSUMER_URL"].format(function="roll_up_sessions")
    return httpx.post(url, json=body, timeout=30).status_code


def test_a_player_can_export_everything(client: httpx.Client, player: Any, eventually: Any) -> None:
    ada = player()
    play(client, ada, eventually)
    found = exported(client, ada)
    (interval,) = found["tables"]["play_intervals"]
    assert interval["game_key"] == "7"
    assert interval["end_at"].endswith("Z")
    assert found["tables"]["player_stats"][0]["play_ms"] == 7_200_000
    entries = found["documents"]["inbox"]
    assert {one["code"] for one in entries} == {"achievement_granted"}
    assert all(one["id"].startswith("achievement-") for one in entries)
    assert "traceparent" not in entries[0]
    assert found["truncated"] == []


def test_an_erased_player_stays_erased(
    cloud: LocalCloud, client: httpx.Client, player: Any, eventually: Any, firestore: Any
) -> None:
    ada, bob = player(), player()
    play(client, ada, eventually)
    play(client, bob, eventually)
    late = played(ada, "s2")
    answer = client.delete("/v1/me", headers=ada.headers)
    assert answer.status_code == 202
    eventually(lambda: erasure(client, ada)["finished_at"], 60)
    assert remaining(client, ada) == []
    eventually(lambda: documents(firestore, ada) == [])

    # A report accepted before the request arrives only now, and twice.
    assert [push(cloud, late), push(cloud, late)] == [204, 204]
    assert cloud.fire("sweep_projections").status_code == 204
    assert remaining(client, ada) == []
    assert documents(firestore, ada) == []
    assert remaining(client, bob) == EVERYTHING

    # A returning player is a new one; the emulator dates document events to whole seconds.
    asked = datetime.fromisoformat(answer.json()["requested_at"])
    eventually(lambda: clock.now() > asked + timedelta(seconds=1))
    messages.publish(played(ada, "s3"))
    eventually(lambda: remaining(client, ada) == EVERYTHING, 60)
    again = client.delete("/v1/me", headers=ada.headers).json()
    assert again["requested_at"] > answer.json()["requested_at"]
    eventually(lambda: remaining(client, ada) == [], 60)


def test_a_second_request_does_not_restart_the_erasure(
    cloud: LocalCloud, client: httpx.Client, player: Any, sql: Connection, eventually: Any
) -> None:
    ada = player()
    # While the message waits, the erasure is unfinished.
    with cloud.without("pubsub"):
        first = client.delete("/v1/me", headers=ada.headers)
        second = client.delete("/v1/me", headers=ada.headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json()["requested_at"] > first.json()["requested_at"]
    assert "finished_at" not in first.json()

    # The relay skips recent messages, so make this one older.
    overdue = clock.now() - timedelta(minutes=1)
    made_old = update(outbox).where(outbox.c.body.contains(ada.uid)).values(created_at=overdue)
    assert sql.execute(made_old).rowcount == 2
    # Pub/Sub has just restarted: its channel may wait before it reconnects.
    eventually(lambda: cloud.fire("relay_outbox").status_code == 204, 60)
    eventually(lambda: erasure(client, ada)["finished_at"], 60)


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/me/export"), ("DELETE", "/v1/me")])
def test_a_token_is_required(client: httpx.Client, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 401


def test_longer_paths_below_me_belong_to_other_functions(client: httpx.Client, player: Any) -> None:
    ada = player()
    assert client.get("/v1/me/achievements", headers=ada.headers).json() == {"items": []}
    assert client.get("/v1/me/nothing", headers=ada.headers).status_code == 404
    answer = client.get("/v1/me", headers=ada.headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE")
