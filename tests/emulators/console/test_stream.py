"""Every window receives events as they happen, and those that it missed."""

import json
import signal
import time

import httpx
import psutil
import pytest

from tests.support import windows
from tests.support.local_cloud import LocalCloud, eventually
from tests.support.windows import StreamEvent, of_trace, trace_of


def ask(client: httpx.Client) -> str:
    """Make one request and return its trace."""
    return trace_of(client.get("/v1/games?limit=1"))


def test_a_window_is_greeted_and_receives_a_request(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    before = ask(client)
    with windows.opened(cloud) as window:
        health = window.hello["health"]
        if not health["ready"]:  # the console polls shortly after the supervisor writes
            health = window.wait(lambda one: one.type == "health" and one.data["ready"]).data
        services = health["services"]
        assert services["functions"] == {
            "phase": "ready",
            "pid": cloud.pid("functions"),
            "seconds": services["functions"]["seconds"],
        }
        assert (health["failed"], health["manifest_error"]) == ({}, None)
        recent = window.hello["recent"]
        if before not in [one["data"].get("trace") for one in recent]:
            window.wait(of_trace(before, "http"))
        trace = ask(client)
        span = window.wait(of_trace(trace, "http")).data
    assert (span["function"], span["name"]) == ("catalog", "GET /v1/games")
    assert (span["status"], span["failed"], span["parent"]) == (200, False, None)
    numbers = [one["id"] for one in recent]
    assert numbers == sorted(set(numbers))


def test_two_windows_receive_the_same_events(cloud: LocalCloud, client: httpx.Client) -> None:
    with windows.opened(cloud) as one, windows.opened(cloud) as other:
        assert one.hello["health"] == other.hello["health"]
        begin = max(one.received[0].id, other.received[0].id)
        traces = [ask(client) for _ in range(3)]
        for window in (one, other):
            window.wait(of_trace(traces[-1], "http"))
        seen = [[found for found in window.received if found.id > begin] for window in (one, other)]
    assert seen[0] == seen[1]
    assert [one.data["trace"] for one in seen[0] if one.type == "span"] == traces


def test_a_reconnecting_window_receives_what_it_missed(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    with windows.opened(cloud) as window:
        last = window.wait(of_trace(ask(client), "http"))
    missed = [ask(client) for _ in range(3)]
    with windows.opened(cloud) as watching:
        listed = [one["data"].get("trace") for one in watching.hello["recent"]]
        if missed[-1] not in listed:
            watching.wait(of_trace(missed[-1], "http"))
    with windows.opened(cloud, seen=last.id) as again:
        assert again.hello["recent"][-1]["id"] == last.id
        assert again.hello["resumed"] is True
        again.wait(of_trace(missed[-1], "http"))
        received = [one for one in again.received[1:] if one.id]
    assert [one.id for one in received] == list(range(last.id + 1, last.id + 1 + len(received)))
    assert [one.data["trace"] for one in received if one.type == "span"] == missed


@pytest.mark.parametrize("seen", [None, "0", "1" * 20, b"\xb2", "x"])
def test_a_window_with_an_unknown_id_starts_over(
    cloud: LocalCloud, seen: str | bytes | None
) -> None:
    with windows.opened(cloud, seen=seen) as window:
        assert window.hello["resumed"] is False


def test_no_printed_line_ends_the_stream(cloud: LocalCloud, client: httpx.Client) -> None:
    odd = [
        {"message": "hi", "severity": "INFO", "time": 12},
        {"message": "hi", "severity": "INFO", "time": None, "span": {"attributes": None}},
    ]
    with windows.opened(cloud) as window:
        assert window.hello
        with cloud.cloud.log("functions").open("a") as printed:
            printed.write("".join(json.dumps(one) + "\n" for one in odd))
        said = window.wait(lambda one: one.data.get("message") == "hi").data
        window.wait(of_trace(ask(client), "http"))
    assert said["time"].startswith("20")


def test_every_window_receives_the_same_metrics(cloud: LocalCloud, client: httpx.Client) -> None:
    with windows.opened(cloud) as one, windows.opened(cloud) as other:
        before = one.hello["metrics"].get("account", {"per_minute": 0})["per_minute"]
        assert other.hello
        for _ in range(10):
            client.get("/v1/me/export")

        def counted(event: StreamEvent) -> bool:
            found = event.data.get("account", {"per_minute": 0})["per_minute"]
            return event.type == "metrics" and found == before + 2

        metrics = [window.wait(counted).data["account"] for window in (one, other)]
    assert metrics[0] == metrics[1]
    assert metrics[0]["errors"] == 0
    assert 0 < metrics[0]["p50"] <= metrics[0]["p99"]
    with windows.opened(cloud) as late:
        assert late.hello["metrics"]["account"] == metrics[0]


def test_a_log_line_is_streamed(cloud: LocalCloud) -> None:
    with windows.opened(cloud) as window:
        assert window.hello
        cloud.publish("sessions-reported", b"nobody can read this")
        log = window.wait(lambda one: one.type == "log" and one.data["severity"] != "INFO")
        window.wait(lambda one: one.type == "span" and one.data["kind"] == "message")
    assert log.data["function"] == "roll_up_sessions"
    fields = {"function", "time", "severity", "message", "trace", "stack_trace"}
    assert set(log.data) == fields
    assert log.data["stack_trace"].startswith("Traceback")
    assert not [one for one in window.received if one.data.get("message") == "metric"]
    assert not [one for one in window.received if one.data.get("kind") in {"sql", "read"}]


def test_a_pulled_topic_has_its_kind(cloud: LocalCloud) -> None:
    with windows.opened(cloud) as window:
        assert window.hello
        assert cloud.fire("pulled_batch").is_success
        span = window.wait(lambda one: one.type == "span" and one.data["kind"] == "pull")
    assert span.data["function"] == "pulled_batch"


def test_a_killed_service_is_red_within_two_seconds_and_green_again(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    killed = cloud.pid("functions")

    def phase(event: StreamEvent) -> str:
        if event.type != "health":
            return ""
        return str(event.data["services"]["functions"]["phase"])

    with windows.opened(cloud) as window:
        assert window.hello
        answer = client.post(f"{windows.API}/services/functions/kill")
        assert answer.json() == {"pid": killed}
        began = time.monotonic()
        died = window.wait(lambda one: phase(one) == "died")
        assert time.monotonic() - began < 2
        assert died.data["services"]["functions"]["pid"] == killed
        assert died.data["ready"] is False
        back = window.wait(lambda one: phase(one) == "ready" and one.data["ready"])
    assert back.data["services"]["functions"]["pid"] == cloud.pid("functions") != killed
    assert client.post(f"{windows.API}/services/edge/kill").status_code == 404
    assert client.post(f"{windows.API}/services/migrate/kill").status_code == 404


def test_an_open_window_does_not_delay_the_shutdown_of_the_edge(cloud: LocalCloud) -> None:
    pid = cloud.pid("edge")
    edge = psutil.Process(pid)
    with windows.opened(cloud) as window:
        assert window.hello
        edge.send_signal(signal.SIGTERM)
        began = time.monotonic()
        eventually(lambda: _gone(edge), 20)
        # Uvicorn would wait five seconds for a response that never ends.
        assert time.monotonic() - began < 4
    cloud.wait_until_back("edge", pid)


def _gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
