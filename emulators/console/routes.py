"""The console's routes under /_local/console: the page and its API."""

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
from emulators.console import trace
from emulators.console.event_stream import stream
from emulators.console.guard import refusal
from emulators.console.monitor import Monitor
from emulators.edge.responses import problem
from shared.runtime import errors, logs
from shared.runtime.manifest import LOCAL_PREFIX, Manifest

PATH = f"{LOCAL_PREFIX}/console"
PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Console:
    """The objects that the console's routes depend on."""

    cloud: Cloud
    functions: Mapping[str, Manifest]
    client: httpx.AsyncClient
    live: Monitor


Handler = Callable[[Console, Request], Awaitable[Any]]
TIMEOUT_SECONDS = 2.0
MAX_PAGE = 100
MAX_PLAY_MINUTES = 720
REPLAY_SECONDS = 620.0
"""A timeout longer than any function may run."""
_NUMBER = re.compile("[0-9]{1,18}")
_SPAN = re.compile("[0-9a-f]{16}")


def routes(console: Console) -> list[BaseRoute]:
    """Return the console's routes, and a redirect to the console from the gateway's `/`."""
    table: list[tuple[str, str, Handler]] = [
        ("GET", "topology", _topology),
        ("GET", "stream", _stream),
        ("GET", "trace/{trace}", _trace),
        ("GET", "exchanges/{span}", _exchange),
        ("POST", "exchanges/{span}/replay", _replay),
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
        ("POST", "functions/{name}/restore", _restore),
    ]
    inner = Router(
        [
            *(_route(console, method, f"/api/{path}", handler) for method, path, handler in table),
            Route("/api/{rest:path}", _not_found, methods=["GET", "POST"]),
            Route("/.{rest:path}", _not_found),  # such as the stamp file of the page's build
            Mount("/", StaticFiles(directory=PAGE, html=True, check_dir=False)),
        ]
    )
    objects = console.cloud.url("objects")

    def redirect(_request: Request) -> Response:
        return RedirectResponse(f"{PATH}/")

    return [
        Mount(f"{PATH}/", _guarded(inner, objects)),
        Route(PATH, redirect),
        Route("/", redirect),
    ]


def _route(console: Console, method: str, path: str, handler: Handler) -> Route:
    async def respond(request: Request) -> Response:
        try:
            result = await handler(console, request)
        except errors.ProblemError as error:
            return problem(error.status, error.detail)
        except httpx.TransportError:
            return problem(503, "A service of the local cloud is unavailable.")
        except Exception as error:  # noqa: BLE001 - the page shows any error
            logs.error("a request to the console failed", path=path)
            return problem(500, f"{type(error).__name__}: {error}")
        return result if isinstance(result, Response) else JSONResponse(result)

    return Route(path, respond, methods=[method])


def _not_found(request: Request) -> Response:
    return problem(404, f"There is no route {request.scope['path']}.")


def _guarded(app: ASGIApp, objects: str) -> ASGIApp:
    """Refuse requests from other origins, and add the Content-Security-Policy header."""
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
        response = problem(403, reason) if reason else app
        await response(scope, receive, send_with_headers)

    return guarded


async def _topology(console: Console, _request: Request) -> Any:
    from emulators.console import topology  # noqa: PLC0415 - the edge starts faster without it

    return topology.topology(console.cloud, console.functions)


async def _stream(console: Console, request: Request) -> Response:
    last = request.headers.get("last-event-id", "")
    last_seen = int(last) if _NUMBER.fullmatch(last) else None
    live = console.live
    events = stream(live.ring, lambda: live.health.current, last_seen)
    return StreamingResponse(events, media_type="text/event-stream")


async def _trace(console: Console, request: Request) -> Any:
    folder, given = console.cloud.state / "logs", request.path_params["trace"]
    found = await asyncio.to_thread(trace.waterfall, folder, given, console.live.pulled)
    # Requested last, because a span is logged a moment before its exchange is recorded.
    recorded = await _recorded(console)
    for span in found["spans"]:
        span["has_exchange"] = span["id"] in recorded
    return found


async def _recorded(console: Console) -> set[str]:
    try:
        response = await console.client.get(_exchanges(console), timeout=TIMEOUT_SECONDS)
    except httpx.TransportError:
        return set()  # the host is restarting and has lost the recorded exchanges
    return set(response.json()["spans"]) if response.is_success else set()


def _exchanges(console: Console, path: str = "") -> str:
    return f"{console.cloud.url('functions')}/_exchanges/{path}"


async def _exchange(console: Console, request: Request) -> Response:
    url = _exchanges(console, _span(request))
    return _forwarded(await console.client.get(url, timeout=TIMEOUT_SECONDS))


def _span(request: Request) -> str:
    span: str = request.path_params["span"]
    if not _SPAN.fullmatch(span):
        raise errors.NotFound("A span id has 16 hexadecimal digits.")
    return span


async def _replay(console: Console, request: Request) -> Response:
    url = _exchanges(console, f"{_span(request)}/replay")
    return _forwarded(await console.client.post(url, timeout=REPLAY_SECONDS))


def _forwarded(response: httpx.Response) -> Response:
    media_type = response.headers.get("content-type")
    return Response(response.content, response.status_code, media_type=media_type)


# `data` and `actions` are slow to import, so they are imported on first use, in a thread.
async def _read(work: Callable[[ModuleType], Any]) -> Any:
    def run() -> Any:
        from emulators.console import data  # noqa: PLC0415

        return work(data)

    return await asyncio.to_thread(run)


async def _act(work: Callable[[ModuleType], Any]) -> Any:
    def run() -> Any:
        from emulators.console import actions  # noqa: PLC0415

        return work(actions)

    return await asyncio.to_thread(run)


def _page(request: Request) -> tuple[str, int]:
    """Return the key after which the requested page starts, and the page's size."""
    query = request.query_params
    limit = query.get("limit", str(MAX_PAGE))
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= MAX_PAGE:
        raise errors.BadRequest(f"limit: a number from 1 to {MAX_PAGE}")
    return query.get("after", ""), int(limit)


async def _tables(_console: Console, _request: Request) -> Any:
    return await _read(lambda data: data.tables())


async def _rows(_console: Console, request: Request) -> Any:
    name, page = request.path_params["name"], _page(request)
    return await _read(lambda data: data.rows(name, *page))


async def _documents(_console: Console, request: Request) -> Any:
    path, page = request.query_params.get("path", ""), _page(request)
    return await _read(lambda data: data.firestore_path(path, *page))


async def _player(_console: Console, request: Request) -> Any:
    return await _read(lambda data: data.player(request.path_params["uid"]))


async def _tokens(console: Console, _request: Request) -> Any:
    return await _act(lambda actions: actions.tokens(console.cloud))


async def _schedules(console: Console, _request: Request) -> Any:
    return await _act(lambda actions: actions.scheduled(console.functions))


async def _run(console: Console, request: Request) -> Any:
    name = request.path_params["name"]
    return await _act(lambda actions: actions.run(console.cloud, console.functions, name))


async def _play(console: Console, request: Request) -> Any:
    try:
        minutes = json.loads(await request.body() or b"{}").get("minutes", 60)
    except (ValueError, AttributeError, RecursionError):
        minutes = 0
    if type(minutes) is not int or not 1 <= minutes <= MAX_PLAY_MINUTES:
        raise errors.BadRequest(f"minutes: a number from 1 to {MAX_PLAY_MINUTES}")
    return await _act(lambda actions: actions.play(console.cloud, minutes))


async def _poison(console: Console, _request: Request) -> Any:
    return await _act(lambda actions: actions.poison(console.cloud))


async def _kill(console: Console, request: Request) -> Any:
    return await _act(lambda actions: actions.kill(console.cloud, request.path_params["name"]))


async def _break(console: Console, request: Request) -> Any:
    return await _set_broken(console, request, broken=True)


async def _restore(console: Console, request: Request) -> Any:
    return await _set_broken(console, request, broken=False)


async def _set_broken(console: Console, request: Request, *, broken: bool) -> Any:
    name = request.path_params["name"]
    return await _act(
        lambda actions: actions.set_broken(console.cloud, console.functions, name, broken=broken)
    )
