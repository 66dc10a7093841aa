"""Answers: encoded once, tagged strongly, sent with CORS whatever happened."""

import hashlib
import random
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from shared.runtime import errors, settings, tracing

T = TypeVar("T", bound=BaseModel)
RawHeaders = list[tuple[bytes, bytes]]

JSON = b"application/json"
PROBLEM_JSON = b"application/problem+json"
RETRY_AFTER_SECONDS = (2, 10)
_WITHOUT_LENGTH = (204, 304)
_WITH_RETRY_AFTER = (429, 503)

CORS: RawHeaders = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        (
            b"ETag, Date, Location, Retry-After, RateLimit, RateLimit-Policy, Deprecation, "
            b"Sunset, Link, traceparent"
        ),
    ),
]
PREFLIGHT: RawHeaders = [
    *CORS,
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        (
            b"Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, "
            b"traceparent, Savepoint-Client"
        ),
    ),
    (b"access-control-max-age", b"7200"),
]


class Reply(Generic[T]):
    """An encoded answer. It holds no request, so it can be kept in memory and sent again.

    etag: the strong tag without quotes; by default a GET's answer is tagged by a hash of its body.
    """

    __slots__ = ("_head", "body", "etag", "headers", "status")

    def __init__(
        self,
        body: T | None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
    ) -> None:
        self.status = status
        self.body = b"" if body is None else encode(body)
        self.headers = raw_headers(headers or {})
        self.etag = f'"{etag}"'.encode() if etag else b""
        self._head: RawHeaders = []

    def head(self) -> RawHeaders:
        """Return the headers that a GET's 200 and 304 carry, made once; with them the ETag."""
        if not self._head:
            if not self.etag:
                digest = hashlib.blake2b(self.body, digest_size=12).hexdigest()
                self.etag = f'"{digest}"'.encode()
            self._head = [*CORS, *self.headers, (b"etag", self.etag)]
            if not any(name == b"cache-control" for name, _ in self.headers):
                self._head.append((b"cache-control", b"private, no-cache"))
        return self._head


class Moved(Reply[Any]):
    """A 308: what was asked for has another address from now on."""

    __slots__ = ()

    def __init__(self, location: str, headers: Mapping[str, str]) -> None:
        super().__init__(None, status=308, headers={**headers, "Location": location})


def encode(body: BaseModel) -> bytes:
    """Return a model as JSON; members that are None are absent."""
    return body.__pydantic_serializer__.to_json(body, by_alias=True, exclude_none=True)


def raw_headers(headers: Mapping[str, str]) -> RawHeaders:
    """Return headers as ASGI sends them."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def cache_control(value: str) -> dict[str, str]:
    """Return the header that states how long an answer may be kept, and by whom."""
    return {"Cache-Control": value}


def matches(if_none_match: bytes | None, tag: bytes) -> bool:
    """Tell whether an If-None-Match header names `tag` (weak comparison, RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    if if_none_match == tag:
        return True
    listed = (one.strip().removeprefix(b"W/") for one in if_none_match.split(b","))
    return any(one in (tag, b"*") for one in listed)


def problem(error: errors.ProblemError) -> tuple[bytes, RawHeaders]:
    """Return the problem document (RFC 9457) of an error, and its headers."""
    meaning = errors.MEANINGS[error.code]
    context = tracing.current()
    members: dict[str, Any] = {
        "type": f"{settings.core().public_url}/problems/{error.code}",
        "title": meaning.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "retry": meaning.retry,
        "trace": context.trace if context else None,
        **error.members,
    }
    headers = raw_headers(error.headers)
    headers.append((b"cache-control", b"no-store"))
    given = any(name == b"retry-after" for name, _ in headers)
    if error.status in _WITH_RETRY_AFTER and not given:
        # Jitter: a million clients that failed together must not come back together.
        seconds = random.uniform(*RETRY_AFTER_SECONDS)  # noqa: S311
        headers.append((b"retry-after", str(round(seconds)).encode()))
    document = {name: value for name, value in members.items() if value is not None}
    return to_json(document), headers


class Raw:
    """An ASGI answer with everything decided; Starlette's own would encode each header again."""

    __slots__ = ("body", "headers", "status_code")

    def __init__(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code = status
        self.headers = list(headers)
        self.body = body
        if status not in _WITHOUT_LENGTH:
            self.headers.append((b"content-length", str(len(body)).encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        del scope, receive
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.headers}
        await send(start)
        await send({"type": "http.response.body", "body": self.body})
