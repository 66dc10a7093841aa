"""Traces and recorded requests through the console's API, replays and broken handlers."""

import base64
import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy

from emulators.console.trace import SPAN_ID, TRACE
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud
from tests.support.windows import API, trace_of

Wait = Callable[..., Any]
ALL_KINDS = {"http", "publish", "message", "sql", "commit", "document"}


def play(client: httpx.Client, someone: Player, game: str, **headers: str) -> str:
    """Report half an hour of play and return its trace."""
    items = playing.session(playing.now() - timedelta(minutes=40), 32, game_id=game)
    answer = client.post(
        playing.BATCH, json=playing.batch(items), headers=someone.headers | headers
    )
    assert answer.status_code == 202
    return trace_of(answer)


def complete(client: httpx.Client, trace: str) -> dict[str, Any]:
    """Return a trace once it is complete; empty until then."""
    found: dict[str, Any] = client.get(f"{API}/trace/{trace}").raise_for_status().json()
    return found if {one["kind"] for one in found["spans"]} >= ALL_KINDS else {}


def span_of(trace: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in trace["spans"] if one["kind"] == kind)


def logged(cloud: LocalCloud, trace: str) -> dict[str, dict[str, Any]]:
    """Return the spans of a trace as the log has them."""
    lines = cloud.cloud.log("functions").read_text().splitlines()
    found = (json.loads(line) for line in lines if f"/traces/{trace}" in line)
    return {line[SPAN_ID]: line["span"] for line in found if "span" in line}


def test_the_waterfall_has_the_times_of_the_logs(
    cloud: LocalCloud, client: httpx.Client, player: Callable[..., Player], eventually: Wait
) -> None:
    trace = play(client, player(), "31")
    shown = eventually(lambda: complete(client, trace), 60)
    lines = logged(cloud, trace)
    begin = datetime.fromisoformat(shown["start"])
    assert {one["id"] for one in shown["spans"]} <= set(lines)
    for one in shown["spans"]:
        line = lines[one["id"]]
        started = begin + timedelta(milliseconds=one["start_ms"])
        assert abs(started - datetime.fromisoformat(line["start"])) < timedelta(milliseconds=1)
        assert (one["ms"], one["parent"], one["name"]) == (
            line["ms"],
            line["parent"],
            line["name"],
        )
    assert shown["ms"] >= max(one["start_ms"] + one["ms"] for one in shown["spans"]) - 0.001
    assert shown["spans"][0]["kind"] == "http"


def test_a_span_is_below_its_parent(
    client: httpx.Client, player: Callable[..., Player], eventually: Wait
) -> None:
    trace = play(client, player(), "32")
    shown = eventually(lambda: complete(client, trace), 60)["spans"]
    places = {one["id"]: place for place, one in enumerate(shown)}
    for place, one in enumerate(shown[1:], 1):
        assert places[one["parent"]] < place
        assert one["depth"] == shown[places[one["parent"]]]["depth"] + 1
    kinds = {one["kind"]: one["depth"] for one in shown}
    assert kinds["http"] < kinds["message"] < kinds["document"]


def test_an_unknown_trace_is_not_found(client: httpx.Client) -> None:
    for trace in ("0123456789abcdef" * 2, "xyz"):
        assert client.get(f"{API}/trace/{trace}").status_code == 404


def test_a_trace_without_an_ended_span_is_not_found(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    trace = uuid.uuid4().hex
    line = {"severity": "INFO", "message": "beginning", TRACE: f"projects/p/traces/{trace}"}
    with cloud.cloud.log("functions").open("a") as log:
        log.write(json.dumps(line) + "\n")
    answer = client.get(f"{API}/trace/{trace}")
    assert (answer.status_code, "ended yet" in answer.json()["detail"]) == (404, True)


@pytest.mark.parametrize("span", ["abc", "A" * 16, "..%2F", "a" * 17, "%3F" + "a" * 15])
def test_an_invalid_span_id_has_no_exchange(client: httpx.Client, span: str) -> None:
    for answer in (
        client.get(f"{API}/exchanges/{span}"),
        client.post(f"{API}/exchanges/{span}/replay"),
    ):
        assert answer.status_code == 404
        assert "worker" not in answer.json()["detail"]


def test_the_requests_and_responses_of_a_trace_are_shown(
    client: httpx.Client, player: Callable[..., Player], eventually: Wait
) -> None:
    someone = player()
    trace = play(client, someone, "33")
    shown = eventually(lambda: complete(client, trace), 60)
    for one in shown["spans"]:
        assert one["has_exchange"] == (one["kind"] in {"http", "message", "document"})
    request = exchange(client, shown, "http")
    assert (request["function"], request["method"], request["path"]) == (
        "sessions",
        "POST",
        playing.BATCH,
    )
    assert len(json.loads(request["request"]["body"])["items"]) == 9
    assert request["request"]["headers"]["authorization"] == "…"
    assert someone.token not in json.dumps(request)
    assert json.loads(request["response"]["body"])["accepted"] == 9
    pushed = json.loads(exchange(client, shown, "message")["request"]["body"])
    assert json.loads(base64.b64decode(pushed["message"]["data"]))["uid"] == someone.uid
    changed = exchange(client, shown, "document")
    assert changed["request"]["base64"] is True
    assert someone.uid.encode() in base64.b64decode(changed["request"]["body"])
    assert changed["response"]["status"] == 204
    assert client.get(f"{API}/exchanges/{'0' * 16}").status_code == 404


def exchange(client: httpx.Client, trace: dict[str, Any], kind: str) -> dict[str, Any]:
    found = client.get(f"{API}/exchanges/{span_of(trace, kind)['id']}").raise_for_status()
    shown: dict[str, Any] = found.json()
    return shown


def test_a_long_body_is_truncated(client: httpx.Client, player: Callable[..., Player]) -> None:
    body = b'{"items": "' + "ü".encode() * 50_000 + b'"}'
    answer = client.post(playing.BATCH, content=body, headers=player().headers)
    span = answer.headers["traceparent"].split("-")[2]
    shown = client.get(f"{API}/exchanges/{span}").json()
    assert shown["request"]["truncated"] is True
    assert 0 <= 65_536 - len(shown["request"]["body"].encode()) < 2
    assert client.post(f"{API}/exchanges/{span}/replay").status_code == 409


def test_delivering_twice_changes_nothing(
    client: httpx.Client,
    player: Callable[..., Player],
    sql: sqlalchemy.Connection,
    firestore: Any,
    eventually: Wait,
) -> None:
    someone = player()
    # A replayed report keeps the client's trace.
    trace = play(client, someone, "34", traceparent=f"00-{uuid.uuid4().hex}-{'a' * 16}-01")
    shown = eventually(lambda: complete(client, trace), 60)
    before = rows(sql, someone), stats(firestore, someone)
    for kind in ("message", "document", "http"):
        replayed = client.post(f"{API}/exchanges/{span_of(shown, kind)['id']}/replay")
        expected = 202 if kind == "http" else 204
        assert (replayed.status_code, replayed.json()["status"]) == (200, expected)
    eventually(lambda: handled(client, trace) >= 3, 60)
    assert (rows(sql, someone), stats(firestore, someone)) == before


def handled(client: httpx.Client, trace: str) -> int:
    """Count how often the message was handled: first, redelivered and reported again."""
    spans = client.get(f"{API}/trace/{trace}").json()["spans"]
    return sum(one["kind"] == "message" for one in spans)


def rows(sql: sqlalchemy.Connection, someone: Player) -> list[Any]:
    query = "SELECT * FROM {} WHERE uid = :uid ORDER BY 1, 2, 3"
    tables = ("play_intervals", "playtime_days", "player_stats")
    return [
        sql.execute(sqlalchemy.text(query.format(table)), {"uid": someone.uid}).all()
        for table in tables
    ]


def stats(firestore: Any, someone: Player) -> list[Any]:
    found = firestore.collection(f"players/{someone.uid}/stats").stream()
    return [(one.id, one.update_time, one.to_dict()) for one in found]


def test_a_broken_handler_loses_nothing(
    client: httpx.Client,
    player: Callable[..., Player],
    sql: sqlalchemy.Connection,
    eventually: Wait,
) -> None:
    someone = player()
    broken = client.post(f"{API}/functions/roll_up_sessions/break").json()
    try:
        assert broken == {"broken": ["roll_up_sessions"]}
        trace = play(client, someone, "35")
        eventually(lambda: refused(client), 60)
        assert not any(rows(sql, someone))
    finally:
        restored = client.post(f"{API}/functions/roll_up_sessions/restore").json()
    assert restored == {"broken": []}
    eventually(lambda: complete(client, trace), 60)
    assert all(rows(sql, someone))


def refused(client: httpx.Client) -> bool:
    """Tell whether the log says that the broken function was called."""
    with client.stream("GET", f"{API}/stream") as stream:
        hello = next(line for line in stream.iter_lines() if line.startswith("data: "))
    return "roll_up_sessions is broken on purpose" in hello


def test_a_broken_function_answers_500_and_says_so(client: httpx.Client) -> None:
    client.post(f"{API}/functions/playtime/break").raise_for_status()
    try:
        answer = client.get("/v1/me/playtime")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert "on purpose" in answer.json()["detail"]
    finally:
        client.post(f"{API}/functions/playtime/restore").raise_for_status()
    assert client.get("/v1/me/playtime").status_code == 401
    assert client.post(f"{API}/functions/nothing/break").status_code == 404
    assert client.post(f"{API}/functions/..%2Fheld/break").status_code == 404


def test_a_deleted_function_can_be_restored(cloud: LocalCloud, client: httpx.Client) -> None:
    flag = cloud.cloud.state / "broken" / "gone"
    flag.parent.mkdir(exist_ok=True)
    flag.touch()
    assert client.post(f"{API}/functions/gone/restore").json() == {"broken": []}
    assert client.post(f"{API}/functions/gone/restore").status_code == 404
