"""Handles requests to an HTTP function: finds the route, checks the caller, responds and logs.

An `async def` handler runs on the event loop and responds from memory. A plain `def` handler runs
in the function's thread pool, which has one thread per database connection.
"""

import asyncio
import contextvars
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import BaseModel
from starlette.requests import Request as StarletteRequest

from shared.runtime import (
    clock,
    errors,
    identity,
    logs,
    metrics,
    own_manifest,
    pool,
    responses,
    settings,
    telemetry,
    tracing,
)
from shared.runtime.http import binding, bodies, replies, routes
from shared.runtime.http.replies import Reply
from shared.runtime.responses import Raw

P = ParamSpec("P")
T = TypeVar("T")

THREADS_WITHOUT_SQL = 8
MAX_CLIENT_LENGTH = 80
_OK, _NO_CONTENT, _NOT_MODIFIED, _SERVER_ERROR = 200, 204, 304, 500

Handler = Callable[..., Any]
EntryPoint = Callable[[StarletteRequest], Awaitable[Raw]]


class Api:
    """One function's routes, and the entry point that passes requests to their handlers."""

    def __init__(self, entry_file: str) -> None:
        self.manifest = own_manifest.of(entry_file)
        self.table = routes.Table()
        sql = self.manifest.stores.sql
        if sql is not None:
            pool.require(sql.pool)
        self._threads = sql.pool if sql else THREADS_WITHOUT_SQL
        self._pool: ThreadPoolExecutor | None = None

    def get(self, path: str) -> Callable[[Handler], Handler]:
        """Register a handler for GET and HEAD requests to `path`."""
        return self._route("GET", path, 200)

    def post(
        self, path: str, status: int = 200, *, idempotent: routes.Idempotent | None = None
    ) -> Callable[[Handler], Handler]:
        """Register a handler for POST requests to `path`; `status` is sent on success."""
        return self._route("POST", path, status, idempotent)

    def put(self, path: str, status: int = 200) -> Callable[[Handler], Handler]:
        """Register a handler for PUT requests to `path`; `status` is sent on success."""
        return self._route("PUT", path, status)

    def patch(self, path: str, status: int = 200) -> Callable[[Handler], Handler]:
        """Register a handler for PATCH requests to `path`; `status` is sent on success."""
        return self._route("PATCH", path, status)

    def delete(self, path: str, status: int = _NO_CONTENT) -> Callable[[Handler], Handler]:
        """Register a handler for DELETE requests to `path`; `status` is sent on success."""
        return self._route("DELETE", path, status)

    def _route(
        self, method: str, path: str, status: int, idempotent: routes.Idempotent | None = None
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.table.add(routes.build(self.manifest, method, path, handler, status, idempotent))
            return handler

        return register

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking work in the function's own threads, inside the current trace."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, self.manifest.name)
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: context.run(work, *args, **kwargs))

    def entry_point(self) -> EntryPoint:
        """Return the function's entry point.

        In the cloud, raises MissingSettings at start-up if a setting is missing.
        """
        if "K_SERVICE" in os.environ:
            stores = self.manifest.stores
            settings.check(uses_sql=stores.sql is not None, buckets=stores.objects)

        async def main(request: StarletteRequest) -> Raw:
            return await self._serve(request)

        return main

    async def _serve(self, request: StarletteRequest) -> Raw:
        """Respond to one request, even after an error, and write its log line."""
        started, received_at = time.perf_counter(), clock.now()
        scope = request.scope
        headers: dict[bytes, bytes] = dict(scope["headers"])
        method, path = scope["method"], scope["path"]
        if method == "OPTIONS":
            return Raw(_NO_CONTENT, replies.PREFLIGHT, b"")
        given = headers.get(b"traceparent")
        context = tracing.begin(self.manifest.name, given.decode("latin-1") if given else None)
        route: routes.Route | None = None
        try:
            route, variables = self.table.find(method, path)
            seen = binding.Request(headers, received_at)
            answer = await self._answer(route, variables, request, seen)
            raw = self._success(route, answer, headers)
        except errors.ProblemError as error:
            raw = self._problem(error)
        except Exception:  # noqa: BLE001  the client gets a problem document for any error
            logs.error("unhandled error", path=path)
            raw = self._problem(errors.Internal("a bug on our side; it is logged under this trace"))
        if route is not None:
            raw.headers.extend(route.headers)
        if method == "HEAD":
            raw.body = b""
        elapsed_ms = (time.perf_counter() - started) * 1000
        _log(context, route, scope, headers, raw.status_code, received_at, elapsed_ms)
        await telemetry.flush()
        return raw

    async def _answer(
        self,
        route: routes.Route,
        variables: dict[str, str],
        request: StarletteRequest,
        seen: binding.Request,
    ) -> Any:
        """Check the caller, bind the arguments, run the handler on the loop or in a thread."""
        signature = route.signature
        arguments: dict[str, Any] = {}
        if route.role is not None:
            authorization = seen.headers.get(b"authorization", b"").decode("latin-1")
            caller = await identity.authenticate(authorization)
            identity.require(caller, route.role)
            if signature.caller_name:
                arguments[signature.caller_name] = caller
        arguments |= binding.parameters(signature, variables, request.scope["query_string"])
        arguments |= binding.headers(signature, seen.headers)
        if signature.request_name:
            arguments[signature.request_name] = seen
        if signature.body_name:
            raw = await bodies.read(request, seen.headers, self.manifest.limits.body_bytes)
            arguments[signature.body_name] = binding.body(signature, raw)
        if route.is_async:
            return await route.handler(**arguments)
        if route.idempotent is not None:
            return await self.in_thread(_once, route, request.scope["path"], arguments)
        return await self.in_thread(route.handler, **arguments)

    def _success(self, route: routes.Route, answer: Any, headers: dict[bytes, bytes]) -> Raw:
        """Encode a handler's reply.

        A reply to a GET request has an ETag. If the client already has this version, a 304 is sent.
        """
        reply = _reply(answer, route.status)
        if route.method == "GET" and reply.status == _OK:
            sent = [*reply.head(), _traceparent()]
            if replies.matches(headers.get(b"if-none-match"), reply.etag):
                return Raw(_NOT_MODIFIED, sent, b"")
        else:
            sent = [*replies.CORS, *reply.headers, _traceparent()]
            if route.method != "GET":
                sent.append((b"cache-control", b"no-store"))
                if reply.etag:
                    sent.append((b"etag", reply.etag))
        if reply.body:
            sent.append((b"content-type", replies.JSON))
        return Raw(reply.status, sent, reply.body)

    def _problem(self, error: errors.ProblemError) -> Raw:
        return responses.problem(error, [*replies.CORS, _traceparent()])


def _once(route: routes.Route, path: str, arguments: dict[str, Any]) -> Reply[Any]:
    """Run an idempotent route's handler, or return the earlier reply to the same request."""
    signature, idempotent = route.signature, cast("routes.Idempotent", route.idempotent)
    key = arguments.pop(routes.KEY)

    def work(tx: Any) -> Reply[Any]:
        answer = route.handler(**arguments, **{str(signature.transaction_name): tx})
        return _reply(answer, route.status)

    uid, body = arguments[str(signature.caller_name)].uid, arguments.get(str(signature.body_name))
    return idempotent.once(key, uid, f"{route.method} {path}", body, work, arguments)


def _reply(answer: Any, status: int) -> Reply[Any]:
    if isinstance(answer, Reply):
        return answer
    if answer is None or isinstance(answer, BaseModel):
        return Reply(answer, status=status)
    message = f"a handler returned {type(answer).__name__}; return a model, a Reply or None"
    raise TypeError(message)


def _traceparent() -> tuple[bytes, bytes]:
    return b"traceparent", (tracing.traceparent() or "").encode()


def _log(  # noqa: PLR0913, PLR0917  one argument per field of the line
    context: tracing.Context,
    route: routes.Route | None,
    scope: Any,
    headers: dict[bytes, bytes],
    status: int,
    received_at: datetime,
    elapsed_ms: float,
) -> None:
    """Write the request's log line with Cloud Logging's `httpRequest` and, if sampled, the span."""
    pattern = route.path if route else "(no route)"
    metrics.observe(metrics.REQUEST, elapsed_ms / 1000, kind="http", status=f"{status // 100}xx")
    client = headers.get(b"savepoint-client")
    fields: dict[str, Any] = {
        "httpRequest": {
            "requestMethod": scope["method"],
            "requestUrl": scope["path"],
            "status": status,
            "latency": f"{elapsed_ms / 1000:.6f}s",
        },
        "route": pattern,
    }
    if context.sampled:
        name, attributes = f"{scope['method']} {pattern}", {"status": status}
        outcome = "error" if status >= _SERVER_ERROR else "ok"
        span = tracing.Span(name, "http", context, received_at, elapsed_ms, outcome, attributes)
        fields["span"] = tracing.end(span)
    if client is not None:
        fields["client"] = client[:MAX_CLIENT_LENGTH].decode("latin-1")
    severity = "ERROR" if status >= _SERVER_ERROR else "INFO"
    logs.write(severity, f"{scope['method']} {scope['path']} {status}", fields)
