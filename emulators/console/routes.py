"""What the edge serves below /_local/console: the page, what it shows, and what it can do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulators.answers import problem
from emulators.cloud import Cloud
from emulators.console import traces
from emulators.console.guard import refusal
from emulators.console.live import Live
from emulators.console.ring import stream
from shared.runtime import errors, logs
from shared.runtime.manifest import LOCAL_PREFIX, Manifest

PATH = f"{LOCAL_PREFIX}/console"
PAGE = Path(__file__).parent / "page"
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    ),
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class Console:
    """All that the console looks at."""

    cloud: Cloud
    functions: Mapping[str, Manifest]
    client: httpx.AsyncClient
    live: Live


Asked = Callable[[Console, Request], Awaitable[Any]]


def routes(console: Console) -> list[BaseRoute]:
    """Return the console's routes; `/` of the gateway leads to it."""
    table: list[tuple[str, str, Asked]] = [
        ("GET", "whole", _whole),
        ("GET", "stream", _stream),
        ("GET", "trace/{trace}", _trace),
    ]
    inner = Router(
        [
            *(_route(console, method, f"/api/{path}", asked) for method, path, asked in table),
            Route("/api/{rest:path}", _nothing, methods=["GET", "POST"]),
            Mount("/", StaticFiles(directory=PAGE, html=True, check_dir=False)),
        ]
    )

    def to_the_page(_request: Request) -> Response:
        return RedirectResponse(f"{PATH}/")

    return [
        Mount(f"{PATH}/", _guarded(inner, console.cloud.ports["edge"])),
        Route(PATH, to_the_page),
        Route("/", to_the_page),
    ]


def _route(console: Console, method: str, path: str, asked: Asked) -> Route:
    async def answer(request: Request) -> Response:
        try:
            found = await asked(console, request)
        except errors.ProblemError as error:
            return problem(error.status, error.detail)
        except Exception as error:  # noqa: BLE001 - whatever it is, the page must say it
            logs.error("the console failed", path=path)
            return problem(500, f"{type(error).__name__}: {error}")
        return found if isinstance(found, Response) else JSONResponse(found)

    return Route(path, answer, methods=[method])


def _nothing(request: Request) -> Response:
    return problem(404, f"Nothing is at {request.scope['path']}.")


def _guarded(app: ASGIApp, port: int) -> ASGIApp:
    """Refuse what other pages ask, and let the page itself load nothing from elsewhere."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(PAGE_HEADERS)
                del headers["access-control-allow-origin"]
            await send(message)

        reason = refusal(Headers(scope=scope), port)
        answer = problem(403, reason) if reason else app
        await answer(scope, receive, send_with_headers)

    return guarded


async def _whole(console: Console, _request: Request) -> Any:
    from emulators.console import whole  # noqa: PLC0415 - the edge starts without it

    return whole.whole(console.cloud, console.functions)


async def _stream(console: Console, request: Request) -> Response:
    last = request.headers.get("last-event-id", "")
    seen = int(last) if last.isdigit() else None
    live = console.live
    told = stream(live.ring, lambda: live.health.known, seen)
    return StreamingResponse(told, media_type="text/event-stream")


async def _trace(console: Console, request: Request) -> Any:
    logs_folder = console.cloud.state / "logs"
    given = request.path_params["trace"]
    return await asyncio.to_thread(traces.waterfall, logs_folder, given, console.live.pulled, set())
