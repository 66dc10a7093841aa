"""Records the newest requests to functions and their responses, for inspection and replay.

Exchanges are kept only in the functions host's memory, keyed by the span id in the response's
`traceparent`.
"""

import asyncio
import base64
import codecs
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime import errors, tracing

MAX_EXCHANGES = 300
MAX_BODY_BYTES = 64 * 1024
REDACTED = "…"
Headers = Iterable[tuple[bytes, bytes]]


@dataclass
class Body:
    """The start of a request or response body, and whether the rest was dropped."""

    start: bytearray = field(default_factory=bytearray)
    truncated: bool = False

    def append(self, chunk: bytes) -> None:
        """Append as much of the next chunk as fits within the size limit."""
        room = MAX_BODY_BYTES - len(self.start)
        self.start += chunk[:room]
        self.truncated = self.truncated or len(chunk) > room

    def to_json(self) -> dict[str, Any]:
        """Return the body as text, or as base64 if it is binary."""
        try:
            # Drop the last character if truncation split it.
            text = codecs.getincrementaldecoder("utf-8")().decode(self.start, not self.truncated)
        except UnicodeDecodeError:
            text = "\0"
        if text.isprintable() or not any(one < " " and one not in "\t\r\n" for one in text):
            return {"body": text, "truncated": self.truncated}
        encoded = base64.b64encode(self.start).decode()
        return {"body": encoded, "base64": True, "truncated": self.truncated}


@dataclass
class Exchange:
    """A request to a function, and the function's response."""

    function: str
    scope: Scope
    request: Body = field(default_factory=Body)
    status: int = 0
    headers: Headers = ()
    response: Body = field(default_factory=Body)

    def to_json(self) -> dict[str, Any]:
        """Return the exchange as displayed in the console."""
        query = self.scope["query_string"].decode("latin-1")
        return {
            "function": self.function,
            "method": self.scope["method"],
            "path": self.scope["path"] + (f"?{query}" if query else ""),
            "request": {
                "headers": _redacted(self.scope["headers"]),
                **self.request.to_json(),
            },
            "response": {
                "status": self.status,
                "headers": _redacted(self.headers),
                **self.response.to_json(),
            },
        }


def _redacted(headers: Headers) -> dict[str, str]:
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return found | ({"authorization": REDACTED} if "authorization" in found else {})


class Recorder:
    """Records requests to the functions and their responses without changing them."""

    def __init__(self) -> None:
        """Start empty."""
        self._exchanges: OrderedDict[str, Exchange] = OrderedDict()

    async def record(
        self, function: str, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> Exchange:
        """Pass a request to its function, and record it once the response names its span."""
        # A copy, because Starlette modifies the scope.
        exchange = Exchange(function, dict(scope))

        async def record_request() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                exchange.request.append(message.get("body", b""))
            return message

        async def record_response(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.headers = list(message.get("headers", ()))
                self._keep(exchange)
            elif message["type"] == "http.response.body":
                exchange.response.append(message.get("body", b""))
            await send(message)

        await app(scope, record_request, record_response)
        return exchange

    def _keep(self, exchange: Exchange) -> None:
        header = dict(exchange.headers).get(b"traceparent", b"")
        context = tracing.parse(header.decode("latin-1"))
        if context:
            self._exchanges[context[1]] = exchange
            if len(self._exchanges) > MAX_EXCHANGES:
                self._exchanges.popitem(last=False)

    def spans(self) -> list[str]:
        """List the spans whose exchanges are recorded."""
        return list(self._exchanges)

    def find(self, span: str) -> Exchange:
        """Return one exchange; raise NotFound if it was not recorded."""
        if span not in self._exchanges:
            raise errors.NotFound("This exchange was discarded, or another worker handled it.")
        return self._exchanges[span]

    async def replay(self, span: str, app: ASGIApp) -> Exchange:
        """Replay a recorded request; raise NotFound, or Conflict if its body was truncated."""
        original = self.find(span)
        if original.request.truncated:
            raise errors.Conflict(f"Only the first {MAX_BODY_BYTES} bytes of its body are kept.")
        body: list[Message] = [{"type": "http.request", "body": bytes(original.request.start)}]

        async def receive() -> Message:
            if body:
                return body.pop()
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        async def send(message: Message) -> None:
            del message

        return await self.record(original.function, app, dict(original.scope), receive, send)
