"""Operators' routes and commands through the gateway."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.domain.play.sessions import SessionsReported
from shared.runtime import clock, messages
from shared.schema.collections import STATS
from tests.conftest import Player
from tests.support.local_cloud import LocalCloud

ADMIN = "/v1/admin"


@pytest.fixture
def headers(token: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token('operator', ['admin'])}"}


@pytest.fixture
def call(client: httpx.Client, headers: dict[str, str]) -> Any:
    """Call an operator's route and return the JSON."""

    def request(method: str, path: str, **request: Any) -> Any:
        answer = client.request(method, ADMIN + path, headers=headers, **request)
        assert answer.is_success, answer.text
        return answer.json()

    return request


def refused(client: httpx.Client, headers: dict[str, str], path: str, body: Any) -> Any:
    answer = client.post(ADMIN + path, headers=headers, json=body)
    assert answer.is_client_error, answer.text
    return answer.status_code, answer.json()


def stats(firestore: Any, player: Player) -> dict[str, Any]:
    found = firestore.collection(STATS.of(player.uid)).stream()
    return {one.id: one.to_dict() for one in found}


@pytest.fixture
def ada(cloud: LocalCloud, player: Any, firestore: Any, eventually: Any) -> Player:
    """A player with stats documents of three games."""
    someone: Player = player()
    messages.publish(played(someone))
    eventually(lambda: set(stats(firestore, someone)) == {"7", "8", "9"}, 60)
    return someone


def played(someone: Player) -> SessionsReported:
    now = clock.now()
    start, end = now - timedelta(minutes=10), now - timedelta(minutes=2)
    runs = [{"start_at": start, "end_at": end, "utc_offset_min": 0}]
    sessions = [
        {"game_key": game, "session_id": f"s{game}", "runs": runs, "ended_at": end}
        for game in ("7", "8", "9")
    ]
    reported = {"uid": someone.uid, "received_at": now, "sessions": sessions}
    return SessionsReported.model_validate(reported)


def test_only_operators_have_access(client: httpx.Client, player: Any, token: Any) -> None:
    creator = {"Authorization": f"Bearer {token('someone', ['creator'])}"}
    for path in ("/dead-letters", "/consumers", "/audit", "/projections?uid=x"):
        assert client.get(ADMIN + path).status_code == 401
        assert client.get(ADMIN + path, headers=player().headers).status_code == 403
        assert client.get(ADMIN + path, headers=creator).status_code == 403


def test_documents_are_compared_and_rebuilt(
    cloud: LocalCloud, call: Any, ada: Player, firestore: Any
) -> None:
    where = {"uid": ada.uid}
    assert call("GET", "/projections", params=where) == {
        "rows": {"stats": 3},
        "equal": True,
        "differences": [],
    }
    right = stats(firestore, ada)
    at = firestore.collection(STATS.of(ada.uid))
    at.document("7").delete()
    at.document("8").update({"play_ms": 1, "revision": 99})
    at.document("10").set({"play_ms": 5})
    found = call("GET", "/projections", params=where)
    assert not found["equal"]
    assert {(one["item"], "row" in one, "document" in one) for one in found["differences"]} == {
        ("10", False, True),
        ("7", True, False),
        ("8", True, True),
    }
    shown = cloud.command("projections", "compare", ada.uid)
    assert (shown.returncode, "Differences" in shown.stdout) == (1, True)

    rebuilt = call("POST", "/projections/rebuild", json={"kind": "stats", "uid": ada.uid})
    assert rebuilt["rebuilt"] >= 3
    assert call("GET", "/projections", params=where)["equal"]
    plain = [{k: v for k, v in one.items() if k != "traceparent"} for one in right.values()]
    again = stats(firestore, ada).values()
    assert [{k: v for k, v in one.items() if k != "traceparent"} for one in again] == plain


def test_all_players_documents_are_rebuilt_page_by_page(
    cloud: LocalCloud, call: Any, ada: Player, firestore: Any
) -> None:
    for one in firestore.collection(STATS.of(ada.uid)).stream():
        one.reference.delete()
    body: dict[str, Any] = {"kind": "stats", "limit": 2}
    pages = 0
    while True:
        result = call("POST", "/projections/rebuild", json=body)
        pages += 1
        if "next_cursor" not in result:
            break
        body["cursor"] = result["next_cursor"]
    assert pages >= 2
    assert set(stats(firestore, ada)) == {"7", "8", "9"}
    done = cloud.command("projections", "rebuild", "--all")
    assert (done.returncode, "documents written" in done.stdout) == (0, True)


@pytest.fixture
def paused(cloud: LocalCloud) -> Iterator[str]:
    """A consumer that an operator paused with a command."""
    consumer = "roll_up_sessions"
    result = cloud.command("consumers", "pause", consumer, "--reason", "a test")
    assert result.returncode == 0, result.stderr
    yield consumer
    assert cloud.command("consumers", "resume", consumer).returncode == 0


def test_a_paused_consumer_loses_nothing(  # noqa: PLR0913, PLR0917  fixtures
    cloud: LocalCloud, call: Any, player: Any, firestore: Any, paused: str, eventually: Any
) -> None:
    someone = player()
    listed = {one["consumer"]: one for one in call("GET", "/consumers")["items"]}
    assert listed[paused]["paused"]["reason"] == "a test"
    assert "a test" in cloud.command("consumers", "list").stdout
    eventually(lambda: push(cloud, paused, played(player())) == 503)

    messages.publish(played(someone))
    eventually(lambda: cloud.cloud.log("functions").read_text().count(f"{paused} ← ") >= 3)
    assert push(cloud, paused, played(someone)) == 503
    assert stats(firestore, someone) == {}
    call("POST", f"/consumers/{paused}/resume")
    eventually(lambda: stats(firestore, someone), 60)


def push(cloud: LocalCloud, consumer: str, message: messages.Message) -> int:
    """Push a message to its consumer as Pub/Sub would, and return the response."""
    data = base64.b64encode(message.model_dump_json().encode()).decode()
    published_at = clock.rfc3339(clock.now())
    body = {"message": {"data": data, "messageId": "1", "publishTime": published_at}}
    url = cloud.env["CONSUMER_URL"].format(function=consumer)
    return httpx.post(url, json=body, timeout=30).status_code


def test_operators_actions_are_audited(call: Any) -> None:
    call("POST", "/consumers/clean_up/pause", json={"reason": "first"})
    call("POST", "/consumers/clean_up/resume")
    page = call("GET", "/audit", params={"limit": 1})
    more = call("GET", "/audit", params={"limit": 1, "cursor": page["next_cursor"]})
    entries = [*page["items"], *more["items"]]
    assert [(one["actor"], one["action"], one["target"]) for one in entries] == [
        ("operator", "consumer.resume", "clean_up"),
        ("operator", "consumer.pause", "clean_up"),
    ]
    assert entries[1]["detail"] == {"reason": "first"}


def test_pausing_a_misspelt_consumer_fails(cloud: LocalCloud, call: Any) -> None:
    result = cloud.command("consumers", "pause", "roll_up_sesions", "--reason", "a test")
    assert (result.returncode, "404" in result.stderr) == (1, True), result.stderr
    listed = [one["consumer"] for one in call("GET", "/consumers")["items"]]
    assert "roll_up_sesions" not in listed


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/consumers/some_consumer/pause", {"reason": "x", "more": 1}, "more"),
        ("/consumers/some_consumer/pause", {"reason": ""}, "reason"),
        ("/dead-letters/1/resolve", {}, "reason"),
        ("/dead-letters/redrive", {"consumer": "NOT ONE"}, "consumer"),
        ("/dead-letters/redrive", {"consumer": "some_consumer", "limit": 101}, "limit"),
        ("/projections/rebuild", {"kind": "unknown"}, "kind"),
        ("/projections/rebuild", {"kind": "stats", "uid": "a/b"}, "uid"),
    ],
)
def test_an_invalid_body_is_refused(
    client: httpx.Client, headers: dict[str, str], path: str, body: Any, field: str
) -> None:
    status, problem = refused(client, headers, path, body)
    assert status == 422
    assert [one["field"] for one in problem["errors"]] == [field]


def test_unknown_resources_are_not_found(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.get(f"{ADMIN}/dead-letters/{2**62}", headers=headers).status_code == 404
    for action, body in (("redrive", None), ("resolve", {"reason": "x"})):
        status, _ = refused(client, headers, f"/dead-letters/{2**62}/{action}", body)
        assert status == 404


def test_the_token_of_another_deployment_is_sent_only_there(
    cloud: LocalCloud, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAVEPOINT_TOKEN", "another deployment's")
    assert cloud.command("consumers", "list").returncode == 0
    result = cloud.command("consumers", "list", "--url", cloud.url)
    assert (result.returncode, "401" in result.stderr) == (1, True), result.stderr
    monkeypatch.setenv("SAVEPOINT_TOKEN", token("operator", ["admin"]))
    assert cloud.command("consumers", "list", "--url", cloud.url).returncode == 0


def test_the_commands_print_why_they_were_refused(cloud: LocalCloud) -> None:
    for words, expected in (
        (("dead-letters", "show", "999999"), "404"),
        (("dead-letters", "redrive"), "--consumer"),
        (("consumers", "list", "--token", "nonsense"), "401"),
        (("consumers", "list", "--url", "http://127.0.0.1:1"), "SAVEPOINT_TOKEN"),
        (("consumers", "list", "--url", "http://127.0.0.1:1", "--token", "x"), "does not answer"),
    ):
        result = cloud.command(*words)
        assert (result.returncode, expected in result.stderr) == (1, True), (words, result.stderr)
