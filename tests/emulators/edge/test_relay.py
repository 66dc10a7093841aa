"""The relay keeps an event until it is delivered, and gives up after a day."""

import time
from collections.abc import Callable
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from emulators.edge import relay
from shared.runtime import manifest
from tests.support.local_cloud import FIXTURES

Answer = Callable[[httpx.Request], httpx.Response]


def make(folder: Path, answer: Answer, backoff: float = 0.0001) -> relay.Relay:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    functions = manifest.discover([FIXTURES])
    return relay.open_relay(folder, functions, "http://functions/{function}", client, backoff)


async def post(one: relay.Relay, body: bytes, **headers: str) -> int:
    app = Starlette(routes=[Route("/{trigger}", one.accept, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answer = await client.post("http://x/flaky-document", content=body, headers=headers)
        return answer.status_code


async def run_until_empty(one: relay.Relay) -> None:
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(one.run)
            while one.store.waiting():  # noqa: ASYNC110 - the store has no event to wait for
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()


def test_an_event_is_stored_before_it_is_acknowledged(tmp_path: Path) -> None:
    one = make(tmp_path, lambda _request: httpx.Response(500))
    assert anyio.run(post, one, b"body") == 200
    again = make(tmp_path, lambda _request: httpx.Response(500))
    assert again.store.waiting() == 1


def test_an_event_that_becomes_due_just_after_the_query_is_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make(tmp_path, lambda _request: httpx.Response(204))
    calls, due = [], one.store.due

    def too_early(limit: int, busy: set[int]) -> list[relay.Event]:
        calls.append(limit)
        return [] if len(calls) == 1 else due(limit, busy)

    monkeypatch.setattr(one.store, "due", too_early)

    async def main() -> None:
        await post(one, b"body")
        await run_until_empty(one)

    anyio.run(main)


def test_an_event_is_delivered_unchanged_until_it_succeeds(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def third_time_lucky(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            raise httpx.ConnectError("refused")
        return httpx.Response(500 if len(seen) == 2 else 204)

    one = make(tmp_path, third_time_lucky)

    async def main() -> None:
        source = "//firestore.googleapis.com/projects/projects/p/databases/(default)"
        await post(one, b"\x00\xff", **{"ce-id": "7", "ce-source": source})
        await run_until_empty(one)

    anyio.run(main)
    assert len(seen) == 3
    assert str(seen[-1].url) == "http://functions/flaky_document/"
    assert seen[-1].content == b"\x00\xff"
    assert seen[-1].headers["ce-id"] == "7"
    fixed = "//firestore.googleapis.com/projects/p/databases/(default)"
    assert seen[-1].headers["ce-source"] == fixed


def test_backoff_doubles_up_to_ten_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    one = make(tmp_path, lambda _request: httpx.Response(500), backoff=1.0)

    def note(_self: relay.Store, _event: relay.Event, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(relay.Store, "postpone", note)

    async def main() -> None:
        await post(one, b"")
        for attempts in range(8):
            (event,) = one.store.due(1, set())
            one._busy[event.id] = None  # type: ignore[assignment]
            await one._deliver(relay.Event(*event_fields(event), attempts))

    anyio.run(main)
    assert waits == [10, 20, 40, 80, 160, 320, 600, 600]


def event_fields(event: relay.Event) -> tuple[int, str, list[tuple[str, str]], bytes, float]:
    return event.id, event.service, event.headers, event.body, event.stored


def test_an_event_is_given_up_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = make(tmp_path, lambda _request: httpx.Response(500))
    now = time.time()

    async def main() -> None:
        await post(one, b"")
        monkeypatch.setattr(time, "time", lambda: now + relay.GIVE_UP_SECONDS + 1)
        await run_until_empty(one)

    anyio.run(main)


def test_deliveries_at_a_time_are_limited(tmp_path: Path) -> None:
    most, now = 0, 0

    async def slow(_request: httpx.Request) -> httpx.Response:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await anyio.sleep(0.01)
        now -= 1
        return httpx.Response(204)

    client = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    functions = manifest.discover([FIXTURES])
    one = relay.open_relay(tmp_path, functions, "http://functions/{function}", client, 1.0)

    async def main() -> None:
        for _ in range(60):
            await post(one, b"")
        await run_until_empty(one)

    anyio.run(main)
    assert most == relay.CONCURRENCY
