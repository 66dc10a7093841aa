"""The edge around a handler: bugs, threads, traces and the one log line of a request."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from functions_framework.aio import create_asgi_app
from pydantic import BaseModel

from shared.runtime import errors, http, tracing
from shared.runtime.settings import MissingSettings
from tests.shared.runtime.unit.conftest import Lines
from tests.shared.runtime.unit.edge import ask, deliver, folder, make

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class Thread(BaseModel):
    name: str
    trace: str | None = None


def here() -> Thread:
    return Thread(name=threading.current_thread().name, trace=tracing.traceparent())


@pytest.fixture
def api(tmp_path: Path) -> http.Api:
    made = make(tmp_path, stores={"sql": {"pool": 3, "tables": {"games": "r"}}})

    @made.get("/v1/things/loop")
    async def on_the_loop() -> Thread:
        return here()

    @made.get("/v1/things/thread")
    def in_a_thread() -> Thread:
        return here()

    @made.get("/v1/things/hop")
    async def hop() -> Thread:
        return await made.in_thread(here)

    @made.get("/v1/things/bug")
    def bug() -> Thread:
        raise KeyError("an internal name")

    @made.get("/v1/things/wrong")
    async def wrong() -> Any:
        return {"a": "dict"}

    @made.get("/v1/things/missing")
    def missing() -> Thread:
        raise errors.NotFound("no thing has this name")

    return made


def test_an_async_handler_runs_on_the_loop_and_a_sync_one_in_the_functions_threads(
    api: http.Api,
) -> None:
    assert ask(api, "GET", "/v1/things/loop").json()["name"] == threading.current_thread().name
    for path in ("thread", "hop"):
        assert ask(api, "GET", f"/v1/things/{path}").json()["name"].startswith("things_")


def test_a_thread_continues_the_trace_of_its_request(api: http.Api) -> None:
    for path in ("loop", "thread", "hop"):
        answer = ask(api, "GET", f"/v1/things/{path}", {"traceparent": TRACEPARENT})
        trace = answer.json()["trace"]
        assert trace == answer.header("traceparent") != TRACEPARENT
        assert tracing.parse(trace) is not None
        assert trace.split("-")[1] == TRACE


def test_as_many_handlers_run_at_once_as_the_pool_has_connections(tmp_path: Path) -> None:
    """One more would only wait for a connection and delay other requests."""
    api = make(tmp_path, stores={"sql": {"pool": 3, "tables": {"games": "r"}}})
    three, release = threading.Barrier(4, timeout=10), threading.Event()

    @api.get("/v1/things")
    def slow() -> None:
        if not release.is_set():
            three.wait()
            assert release.wait(10)

    def look() -> int:
        three.wait()
        waiting = api._pool._work_queue.qsize() if api._pool else 0
        release.set()
        return waiting

    async def nine() -> list[int]:
        main = api.entry_point()
        requests = [asyncio.create_task(deliver(main, "GET", "/v1/things")) for _ in range(9)]
        await asyncio.sleep(0)
        waiting = await asyncio.to_thread(look)
        assert waiting == 6
        return [answer.status for answer in await asyncio.gather(*requests)]

    assert asyncio.run(nine()) == [200] * 9


def test_the_loop_keeps_serving_while_every_thread_is_busy(tmp_path: Path) -> None:
    api = make(tmp_path, stores={"sql": {"pool": 1, "tables": {"games": "r"}}})
    release = threading.Event()

    @api.get("/v1/things/slow")
    def slow() -> None:
        assert release.wait(10)

    @api.get("/v1/things/quick")
    async def quick() -> None:
        release.set()

    async def both() -> list[int]:
        main = api.entry_point()
        requests = (deliver(main, "GET", f"/v1/things/{name}") for name in ("slow", "quick"))
        return [answer.status for answer in await asyncio.gather(*requests)]

    assert asyncio.run(both()) == [200, 200]


def test_a_bug_is_500_with_its_stack_in_the_log_only(api: http.Api, lines: Lines) -> None:
    answer = ask(api, "GET", "/v1/things/bug", {"traceparent": TRACEPARENT})
    assert (answer.status, answer.json()["code"]) == (500, "internal")
    assert answer.json()["trace"] == TRACE
    for hidden in (b"KeyError", b"internal name", b".py", b"Traceback"):
        assert hidden not in answer.body
    failed, request = lines()
    assert (failed["severity"], failed["path"]) == ("ERROR", "/v1/things/bug")
    assert "KeyError: 'an internal name'" in failed["stack_trace"]
    assert failed["logging.googleapis.com/trace"] == f"projects/demo-runtime/traces/{TRACE}"
    assert (request["severity"], request["httpRequest"]["status"]) == ("ERROR", 500)


def test_a_handler_that_returns_another_type_is_a_bug_with_a_clear_message(
    api: http.Api, lines: Lines
) -> None:
    assert ask(api, "GET", "/v1/things/wrong").status == 500
    assert "returned dict" in lines()[0]["stack_trace"]


def test_a_client_error_is_not_logged_as_our_error(api: http.Api, lines: Lines) -> None:
    assert ask(api, "GET", "/v1/things/missing").status == 404
    (line,) = lines()
    assert (line["severity"], line["httpRequest"]["status"]) == ("INFO", 404)


def test_a_request_logs_one_line_that_is_its_span(api: http.Api, lines: Lines) -> None:
    headers = {"traceparent": TRACEPARENT, "Savepoint-Client": "desktop/8.4.1 (win32; x64)"}
    answer = ask(api, "GET", "/v1/things/loop?token=hidden", headers)
    (line,) = lines()
    assert line["function"] == "things"
    assert line["route"] == "/v1/things/loop"
    assert line["client"] == "desktop/8.4.1 (win32; x64)"
    assert line["httpRequest"]["requestUrl"] == "/v1/things/loop"
    assert line["span"]["parent"] == "00f067aa0ba902b7"
    span = (answer.header("traceparent") or "").split("-")[2]
    assert line["logging.googleapis.com/spanId"] == span
    assert (line["span"]["kind"], line["span"]["status"]) == ("http", "ok")


def test_an_unsampled_request_logs_its_trace_but_no_span(api: http.Api, lines: Lines) -> None:
    ask(api, "GET", "/v1/things/loop", {"traceparent": f"{TRACEPARENT[:-2]}00"})
    (line,) = lines()
    assert line["logging.googleapis.com/trace"].endswith(TRACEPARENT.split("-")[1])
    assert line["httpRequest"]["latency"].endswith("s")
    assert "span" not in line


def test_a_long_client_name_is_truncated(api: http.Api, lines: Lines) -> None:
    ask(api, "GET", "/v1/things/loop", {"Savepoint-Client": "x" * 5000})
    assert len(lines()[0]["client"]) == 80


def test_a_function_does_not_start_in_the_cloud_without_its_settings(
    api: http.Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("K_SERVICE", "things")
    with pytest.raises(MissingSettings, match="SQL_URL"):
        api.entry_point()


SOURCE = """
from pydantic import BaseModel
from shared.runtime import http

class Hello(BaseModel):
    to: str

api = http.Api(__file__)

@api.get("/v1/things/{name}")
async def hello(name: str) -> Hello:
    return Hello(to=name)

main = api.entry_point()
"""


def test_the_real_host_serves_it(tmp_path: Path) -> None:
    source = folder(tmp_path)
    source.write_text(SOURCE)
    app = create_asgi_app("main", str(source), "http")  # type: ignore[no-untyped-call]

    async def get(path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
            return await client.get(path)

    answer = asyncio.run(get("/v1/things/you%20all"))
    assert (answer.status_code, answer.json()) == (200, {"to": "you all"})
    assert asyncio.run(get("/elsewhere")).headers["access-control-allow-origin"] == "*"
