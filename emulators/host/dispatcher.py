"""One address for many functions: `/{function}/rest` reaches the function as `/rest`."""

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
from emulators.console.health import folder
from emulators.edge.responses import problem
from shared.runtime import clock, errors, logs, tracing

EXCHANGES = "_exchanges"
"""Where the recorded requests are read: no function can have this name."""


@dataclass(frozen=True)
class Broken:
    """Stands where a function should be that cannot run; answers why, in a span as any run has."""

    name: str
    reason: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 500 with the reason."""
        headers = Headers(scope=scope)
        context = tracing.begin(self.name, headers.get("traceparent"))
        answer = problem(500, self.reason)
        answer.headers["traceparent"] = str(tracing.traceparent())
        await answer(scope, receive, send)
        said = {"status": answer.status_code}
        kind = _kind(scope, headers)
        tracing.write(tracing.Span("broken", kind, context, clock.now(), 0, "error", said))


def _kind(scope: Scope, headers: Headers) -> str:
    """Return what started a run, as far as the request alone says it."""
    if "/topics/" in scope["path"]:
        return "message"
    return "document" if "ce-id" in headers else "http"


@dataclass(frozen=True)
class Dispatcher:
    """The ASGI application over all functions.

    state: the cloud's folder, where functions are marked that answer 500 on purpose.
    """

    functions: Mapping[str, ASGIApp]
    state: Path
    recorder: Recorder = field(default_factory=Recorder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to its function; `/` lists them."""
        if scope["type"] != "http":
            return
        first, _, rest = scope["path"][1:].partition("/")
        raw_rest = scope["raw_path"][1:].partition(b"/")[2]
        if not first:
            await self._overview()(scope, receive, send)
        elif first == EXCHANGES:
            await (await self._exchanges(Request(scope), rest))(scope, receive, send)
        elif first not in self.functions:
            known = ", ".join(sorted(self.functions))
            answer = problem(404, f"There is no function {first}; there are {known}.")
            await answer(scope, receive, send)
        else:
            inner = {**scope, "path": f"/{rest}", "raw_path": b"/" + raw_rest}
            await self.recorder.record(first, self._function(first), inner, receive, send)

    def _function(self, name: str) -> ASGIApp:
        if (folder(self.state) / name).exists():
            logs.write("WARNING", f"{name} is broken on purpose: 500", {"function": name})
            return Broken(name, f"{name} is broken on purpose until the console mends it.")
        return self.functions[name]

    def _overview(self) -> Response:
        broken = {
            name: function.reason
            for name, function in self.functions.items()
            if isinstance(function, Broken)
        }
        return JSONResponse({"functions": sorted(self.functions), "broken": broken})

    async def _exchanges(self, request: Request, path: str) -> Response:
        """Answer the console: the spans, one exchange, or what sending it again came to."""
        reason = refusal(request.scope)
        if reason:
            return problem(403, reason)
        span, _, verb = path.partition("/")
        try:
            return JSONResponse(await self._asked(request.method, span, verb))
        except errors.ProblemError as error:
            return problem(error.status, error.detail)

    async def _asked(self, method: str, span: str, verb: str) -> Any:
        if (method, verb) == ("GET", ""):
            found = self.recorder
            return found.find(span).shown(span) if span else {"spans": found.spans()}
        if (method, verb) != ("POST", "again"):
            raise errors.NotFound(f"Nothing is at {EXCHANGES}/{span}/{verb} for {method}.")
        function = self.recorder.find(span).function
        repeated = await self.recorder.again(span, self._function(function))
        return {"status": repeated.status, **repeated.answer.shown()}


def parse(text: str) -> dict[str, str]:
    """Return the broken functions and their reasons from the answer at `/`."""
    broken: dict[str, str] = json.loads(text)["broken"]
    return broken
