"""The ASGI responses and problem documents that HTTP functions and triggers send."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from shared.runtime import errors, settings, tracing

RawHeaders = list[tuple[bytes, bytes]]

RETRY_AFTER_SECONDS = (2, 10)
_WITHOUT_LENGTH = (204, 304)
_WITH_RETRY_AFTER = (429, 503)


class Raw:
    """A fully encoded ASGI response; Starlette's response would encode each header again."""

    __slots__ = ("body", "headers", "status_code")

    def __init__(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code = status
        self.headers = list(headers)
        self.body = body
        if status not in _WITHOUT_LENGTH:
            self.headers.append((b"content-length", str(len(body)).encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        del scope, receive
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.headers}
        await send(start)
        await send({"type": "http.response.body", "body": self.body})


def problem(error: errors.ProblemError, headers: RawHeaders) -> Raw:
    """Return an error as a problem document (RFC 9457), with additional `headers`."""
    context = tracing.current()
    members: dict[str, Any] = {
        "type": f"{settings.core().public_url}/problems/{error.code}",
        "title": error.code.meaning.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "retry": error.code.meaning.retry,
        "trace": context.trace if context else None,
        **error.members,
    }
    sent = [*headers, *raw_headers(error.headers), (b"cache-control", b"no-store")]
    if error.status in _WITH_RETRY_AFTER and not any(name == b"retry-after" for name, _ in sent):
        # Jitter, so that a million clients that failed together do not retry together.
        seconds = random.uniform(*RETRY_AFTER_SECONDS)  # noqa: S311
        sent.append((b"retry-after", str(round(seconds)).encode()))
    sent.append((b"content-type", b"application/problem+json"))
    document = {name: value for name, value in members.items() if value is not None}
    return Raw(error.status, sent, to_json(document))


def raw_headers(headers: Mapping[str, str]) -> RawHeaders:
    """Encode headers for ASGI."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
