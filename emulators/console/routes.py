"""What the edge serves below /_local/console: the page, what it shows, and what it can do."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulators.cloud.config import Cloud
from emulators.console import traces
from emulators.console.guard import refusal
from emulators.console.live import Live
from emulators.console.ring import stream
from emulators.edge.responses import problem
from shared.runtime import errors, logs
from shared.runtime.manifest import LOCAL_PREFIX, Manifest

PATH = f"{LOCAL_PREFIX}/console"
PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Console:
    """All that the console looks at."""

    cloud: Cloud
    functions: Mapping[str, Manifest]
    client: httpx.AsyncClient
    live: Live


Asked = Callable[[Console, Request], Awaitable[Any]]
PROMPT_SECONDS = 2.0
LONGEST_PAGE = 100
LONGEST_PLAY = 720
REPEAT_SECONDS = 620.0
"""Longer than any function may take."""
_NUMBER = re.compile("[0-9]{1,18}")
_SPAN = re.compile("[0-9a-f]{16}")


def routes(console: Console) -> list[BaseRoute]:
    """Return the console's routes; `/` of the gateway leads to it."""
    table: list[tuple[str, str, Asked]] = [
        ("GET", "whole", _whole),
        ("GET", "stream", _stream),
        ("GET", "trace/{trace}", _trace),
        ("GET", "exchanges/{span}", _exchange),
        ("POST", "exchanges/{span}/again", _again),
        ("GET", "tables", _tables),
        ("GET", "tables/{name}", _rows),
        ("GET", "documents", _documents),
        ("GET", "players/{uid}", _player),
        ("GET", "tokens", _tokens),
        ("GET", "schedules", _schedules),
        ("POST", "schedules/{name}/run", _run),
        ("POST", "play", _play),
        ("POST", "poison", _poison),
        ("POST", "services/{name}/kill", _kill),
        ("POST", "functions/{name}/break", _break),
        ("POST", "functions/{name}/mend", _mend),
    ]
    inner = Router(
        [
            *(_route(console, method, f"/api/{path}", asked) for method, path, asked in table),
            Route("/api/{rest:path}", _nothing, methods=["GET", "POST"]),
            Route("/.{rest:path}", _nothing),  # such as what the build of the page notes down
            Mount("/", StaticFiles(directory=PAGE, html=True, check_dir=False)),
        ]
    )
    objects = console.cloud.url("objects")

    def to_the_page(_request: Request) -> Response:
        return RedirectResponse(f"{PATH}/")

    return [
        Mount(f"{PATH}/", _guarded(inner, objects)),
        Route(PATH, to_the_page),
        Route("/", to_the_page),
    ]


def _route(console: Console, method: str, path: str, asked: Asked) -> Route:
    async def answer(request: Request) -> Response:
        try:
            found = await asked(console, request)
        except errors.ProblemError as error:
            return problem(error.status, error.detail)
        except httpx.TransportError:
            return problem(503, "A part of the local cloud does not answer now.")
        except Exception as error:  # noqa: BLE001 - whatever it is, the page must say it
            logs.error("the console failed", path=path)
            return problem(500, f"{type(error).__name__}: {error}")
        return found if isinstance(found, Response) else JSONResponse(found)

    return Route(path, answer, methods=[method])


def _nothing(request: Request) -> Response:
    return problem(404, f"Nothing is at {request.scope['path']}.")


def _guarded(app: ASGIApp, objects: str) -> ASGIApp:
    """Refuse what other pages ask; let the page itself reach nothing but us and our objects."""
    page_headers = {
        "Content-Security-Policy": (
            f"default-src 'self'; style-src 'self' 'unsafe-inline'; "
            f"connect-src 'self' {objects}; img-src 'self' data: {objects}"
        ),
        "Cache-Control": "no-cache",
    }

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(page_headers)
                del headers["access-control-allow-origin"]
            await send(message)

        reason = refusal(scope)
        answer = problem(403, reason) if reason else app
        await answer(scope, receive, send_with_headers)

    return guarded


async def _whole(console: Console, _request: Request) -> Any:
    from emulators.console import whole  # noqa: PLC0415 - the edge starts without it

    return whole.whole(console.cloud, console.functions)


async def _stream(console: Console, request: Request) -> Response:
    last = request.headers.get("last-event-id", "")
    seen = int(last) if _NUMBER.fullmatch(last) else None
    live = console.live
    told = stream(live.ring, lambda: live.health.known, seen)
    return StreamingResponse(told, media_type="text/event-stream")


async def _trace(console: Console, request: Request) -> Any:
    folder, given = console.cloud.state / "logs", request.path_params["trace"]
    found = await asyncio.to_thread(traces.waterfall, folder, given, console.live.pulled)
    # Asked for last: a span is logged a moment before its answer is recorded.
    recorded = await _recorded(console)
    for span in found["spans"]:
        span["has_exchange"] = span["id"] in recorded
    return found


async def _recorded(console: Console) -> set[str]:
    try:
        answer = await console.client.get(_exchanges(console), timeout=PROMPT_SECONDS)
    except httpx.TransportError:
        return set()  # the host is being started, and has forgotten them
    return set(answer.json()["spans"]) if answer.is_success else set()


def _exchanges(console: Console, path: str = "") -> str:
    return f"{console.cloud.url('functions')}/_exchanges/{path}"


async def _exchange(console: Console, request: Request) -> Response:
    url = _exchanges(console, _span(request))
    return _same(await console.client.get(url, timeout=PROMPT_SECONDS))


def _span(request: Request) -> str:
    span: str = request.path_params["span"]
    if not _SPAN.fullmatch(span):
        raise errors.NotFound("A span has 16 hexadecimal digits.")
    return span


async def _again(console: Console, request: Request) -> Response:
    url = _exchanges(console, f"{_span(request)}/again")
    return _same(await console.client.post(url, timeout=REPEAT_SECONDS))


def _same(answer: httpx.Response) -> Response:
    kind = answer.headers.get("content-type")
    return Response(answer.content, answer.status_code, media_type=kind)


# What reads the stores and what acts imports much, so only on first use, and in a thread.
async def _read(work: Callable[[ModuleType], Any]) -> Any:
    def reading() -> Any:
        from emulators.console import data  # noqa: PLC0415

        return work(data)

    return await asyncio.to_thread(reading)


async def _act(work: Callable[[ModuleType], Any]) -> Any:
    def acting() -> Any:
        from emulators.console import acts  # noqa: PLC0415

        return work(acts)

    return await asyncio.to_thread(acting)


def _page(request: Request) -> tuple[str, int]:
    """Return after which key a page begins, and how long it is."""
    given = request.query_params
    limit = given.get("limit", str(LONGEST_PAGE))
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= LONGEST_PAGE:
        raise errors.BadRequest(f"limit: a number from 1 to {LONGEST_PAGE}")
    return given.get("after", ""), int(limit)


async def _tables(_console: Console, _request: Request) -> Any:
    return await _read(lambda data: data.tables())


async def _rows(_console: Console, request: Request) -> Any:
    name, page = request.path_params["name"], _page(request)
    return await _read(lambda data: data.rows(name, *page))


async def _documents(_console: Console, request: Request) -> Any:
    path, page = request.query_params.get("path", ""), _page(request)
    return await _read(lambda data: data.stored(path, *page))


async def _player(_console: Console, request: Request) -> Any:
    return await _read(lambda data: data.player(request.path_params["uid"]))


async def _tokens(console: Console, _request: Request) -> Any:
    return await _act(lambda acts: acts.tokens(console.cloud))


async def _schedules(console: Console, _request: Request) -> Any:
    return await _act(lambda acts: acts.scheduled(console.functions))


async def _run(console: Console, request: Request) -> Any:
    name = request.path_params["name"]
    return await _act(lambda acts: acts.run(console.cloud, console.functions, name))


async def _play(console: Console, request: Request) -> Any:
    try:
        wish = json.loads(await request.body() or b"{}")
        minutes = wish.get("minutes", 60)
    except (ValueError, AttributeError, RecursionError):
        minutes = 0
    if type(minutes) is not int or not 1 <= minutes <= LONGEST_PLAY:
        raise errors.BadRequest(f"minutes: a number from 1 to {LONGEST_PLAY}")
    return await _act(lambda acts: acts.play(console.cloud, minutes))


async def _poison(console: Console, _request: Request) -> Any:
    return await _act(lambda acts: acts.poison(console.cloud))


async def _kill(console: Console, request: Request) -> Any:
    return await _act(lambda acts: acts.kill(console.cloud, request.path_params["name"]))


async def _break(console: Console, request: Request) -> Any:
    return await _mark(console, request, broken=True)


async def _mend(console: Console, request: Request) -> Any:
    return await _mark(console, request, broken=False)


async def _mark(console: Console, request: Request, *, broken: bool) -> Any:
    name = request.path_params["name"]
    return await _act(lambda acts: acts.mark(console.cloud, console.functions, name, broken=broken))
