"""Replies, each encoded once and sent with a strong ETag and CORS headers."""

import hashlib
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.runtime.responses import RawHeaders, raw_headers

T = TypeVar("T", bound=BaseModel)

JSON = b"application/json"

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
    """An encoded reply that does not depend on the request, so it can be cached and reused.

    etag: the strong ETag without quotes; for a GET request, the default is a hash of the body.
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
        """Return the headers, including the ETag, for a 200 or 304 response to a GET."""
        if not self._head:
            if not self.etag:
                digest = hashlib.blake2b(self.body, digest_size=12).hexdigest()
                self.etag = f'"{digest}"'.encode()
            self._head = [*CORS, *self.headers, (b"etag", self.etag)]
            if not any(name == b"cache-control" for name, _ in self.headers):
                self._head.append((b"cache-control", b"private, no-cache"))
        return self._head


class Moved(Reply[Any]):
    """A 308 response for a resource that has moved permanently."""

    __slots__ = ()

    def __init__(self, location: str, headers: Mapping[str, str]) -> None:
        super().__init__(None, status=308, headers={**headers, "Location": location})


def encode(body: BaseModel) -> bytes:
    """Encode a model as JSON, without members that are None."""
    return body.__pydantic_serializer__.to_json(body, by_alias=True, exclude_none=True)


def cache_control(value: str) -> dict[str, str]:
    """Return a Cache-Control header with the given value."""
    return {"Cache-Control": value}


def matches(if_none_match: bytes | None, tag: bytes) -> bool:
    """Return whether an If-None-Match header contains `tag` (weak comparison, RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    if if_none_match == tag:
        return True
    listed = (one.strip().removeprefix(b"W/") for one in if_none_match.split(b","))
    return any(one in (tag, b"*") for one in listed)
