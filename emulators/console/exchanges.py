"""The newest requests and answers of the functions host, as they were, to look at and to repeat.

They are kept by the span that the answer's `traceparent` names, in the host's memory alone.
"""

import asyncio
import base64
import codecs
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime import clock, errors, tracing

KEPT = 300
MOST_BYTES = 64 * 1024
HIDDEN = "…"
Headers = Iterable[tuple[bytes, bytes]]


@dataclass
class Body:
    """The beginning of a body, and whether something followed."""

    start: bytearray = field(default_factory=bytearray)
    truncated: bool = False

    def take(self, part: bytes) -> None:
        """Keep what of the next part still fits."""
        room = MOST_BYTES - len(self.start)
        self.start += part[:room]
        self.truncated = self.truncated or len(part) > room

    def shown(self) -> dict[str, Any]:
        """Return it as text, or in base64 when it is none."""
        try:
            # A character that the cut went through is left out.
            text = codecs.getincrementaldecoder("utf-8")().decode(self.start, not self.truncated)
        except UnicodeDecodeError:
            text = "\0"
        if text.isprintable() or not any(one < " " and one not in "\t\r\n" for one in text):
            return {"body": text, "truncated": self.truncated}
        packed = base64.b64encode(self.start).decode()
        return {"body": packed, "base64": True, "truncated": self.truncated}


@dataclass
class Exchange:
    """One request to a function and what it answered."""

    function: str
    scope: Scope
    at: datetime
    request: Body = field(default_factory=Body)
    status: int = 0
    headers: Headers = ()
    answer: Body = field(default_factory=Body)

    def shown(self, span: str) -> dict[str, Any]:
        """Return it for the console."""
        query = self.scope["query_string"].decode("latin-1")
        return {
            "span": span,
            "function": self.function,
            "method": self.scope["method"],
            "path": self.scope["path"] + (f"?{query}" if query else ""),
            "at": clock.rfc3339(self.at),
            "request": {"headers": _shown(self.scope["headers"]), **self.request.shown()},
            "answer": {
                "status": self.status,
                "headers": _shown(self.headers),
                **self.answer.shown(),
            },
        }


def _shown(headers: Headers) -> dict[str, str]:
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return found | ({"authorization": HIDDEN} if "authorization" in found else {})


class Recorder:
    """Keeps what passes through to the functions; changes nothing of it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: OrderedDict[str, Exchange] = OrderedDict()

    async def record(
        self, function: str, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> Exchange:
        """Hand a request to its function, and keep it once an answer names its span."""
        # Starlette writes into the scope that it is given.
        seen = Exchange(function, dict(scope), clock.now())

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                seen.request.take(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status, seen.headers = message["status"], list(message.get("headers", ()))
                self._keep(seen)
            elif message["type"] == "http.response.body":
                seen.answer.take(message.get("body", b""))
            await send(message)

        await app(scope, receiving, sending)
        return seen

    def _keep(self, seen: Exchange) -> None:
        header = dict(seen.headers).get(b"traceparent", b"")
        found = tracing.parse(header.decode("latin-1"))
        if found:
            self._kept[found[1]] = seen
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def spans(self) -> list[str]:
        """List the spans whose exchange is kept."""
        return list(self._kept)

    def find(self, span: str) -> Exchange:
        """Return one exchange; raise NotFound."""
        if span not in self._kept:
            raise errors.NotFound("This exchange is not kept any more, or was with another worker.")
        return self._kept[span]

    async def again(self, span: str, app: ASGIApp) -> Exchange:
        """Send a recorded request to its function once more; raise NotFound, Conflict."""
        before = self.find(span)
        if before.request.truncated:
            raise errors.Conflict(f"Its body is longer than the {MOST_BYTES} bytes that are kept.")
        body: list[Message] = [{"type": "http.request", "body": bytes(before.request.start)}]

        async def receive() -> Message:
            if body:
                return body.pop()
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        async def send(message: Message) -> None:
            del message

        return await self.record(before.function, app, dict(before.scope), receive, send)
