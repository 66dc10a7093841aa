"""Forwards each request for `/{function}/rest` to that function as `/rest`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from emulators.console.exchanges import Recorder
from emulators.console.guard import refusal
from emulators.console.health import broken_folder
from emulators.edge.responses import problem
from shared.runtime import clock, errors, logs, tracing

EXCHANGES = "_exchanges"
"""The path of the recorded requests. No function can have this name."""


@dataclass(frozen=True)
class Broken:
    """Stands in for a function that cannot run: returns 500 with the reason, and writes a span."""

    name: str
    reason: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return 500 with the reason."""
        headers = Headers(scope=scope)
        context = tracing.begin(self.name, headers.get("traceparent"))
        response = problem(500, self.reason)
        response.headers["traceparent"] = str(tracing.traceparent())
        await response(scope, receive, send)
        attributes = {"status": response.status_code}
        kind = _kind(scope, headers)
        tracing.write(tracing.Span("broken", kind, context, clock.now(), 0, "error", attributes))


def _kind(scope: Scope, headers: Headers) -> str:
    """Return the kind of trigger that started a run, as indicated by the request."""
    if "/topics/" in scope["path"]:
        return "message"
    return "document" if "ce-id" in headers else "http"


@dataclass(frozen=True)
class Dispatcher:
    """The ASGI application in front of all functions.

    state: the cloud's state folder, which contains the names of functions that must return 500.
    """

    functions: Mapping[str, ASGIApp]
    state: Path
    recorder: Recorder = field(default_factory=Recorder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the function of a request; `/` lists the functions."""
        if scope["type"] != "http":
            return
        first, _, rest = scope["path"][1:].partition("/")
        raw_rest = scope["raw_path"][1:].partition(b"/")[2]
        if not first:
            await self._overview()(scope, receive, send)
        elif first == EXCHANGES:
            response = await self._exchanges(Request(scope), rest)
            await response(scope, receive, send)
        elif first not in self.functions:
            known = ", ".join(sorted(self.functions))
            response = problem(404, f"There is no function {first}; there are {known}.")
            await response(scope, receive, send)
        else:
            inner = {**scope, "path": f"/{rest}", "raw_path": b"/" + raw_rest}
            await self.recorder.record(first, self._function(first), inner, receive, send)

    def _function(self, name: str) -> ASGIApp:
        if (broken_folder(self.state) / name).exists():
            logs.write("WARNING", f"{name} is broken on purpose: 500", {"function": name})
            return Broken(name, f"{name} is broken on purpose until it is fixed in the console.")
        return self.functions[name]

    def _overview(self) -> Response:
        broken = {
            name: function.reason
            for name, function in self.functions.items()
            if isinstance(function, Broken)
        }
        return JSONResponse({"functions": sorted(self.functions), "broken": broken})

    async def _exchanges(self, request: Request, path: str) -> Response:
        """Return the recorded spans, one exchange, or the result of a replay."""
        reason = refusal(request.scope)
        if reason:
            return problem(403, reason)
        span, _, verb = path.partition("/")
        try:
            return JSONResponse(await self._exchange(request.method, span, verb))
        except errors.ProblemError as error:
            return problem(error.status, error.detail)

    async def _exchange(self, method: str, span: str, verb: str) -> Any:
        if (method, verb) == ("GET", ""):
            recorder = self.recorder
            return recorder.find(span).to_json() if span else {"spans": recorder.spans()}
        if (method, verb) != ("POST", "replay"):
            raise errors.NotFound(f"There is no {method} {EXCHANGES}/{span}/{verb}.")
        function = self.recorder.find(span).function
        replayed = await self.recorder.replay(span, self._function(function))
        return {"status": replayed.status, **replayed.response.to_json()}


def parse(text: str) -> dict[str, str]:
    """Parse the response from `/`; return the functions that cannot run and the reasons."""
    broken: dict[str, str] = json.loads(text)["broken"]
    return broken
