"""Reads and writes objects in an S3-compatible store: private artifacts and public objects.

The code that signs and sends requests is imported on first use, because public URLs do not need it
(docs/objects.md).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode

from shared.runtime import errors, settings, tracing

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

Bucket = Literal["artifacts", "public"]

COPY_SECONDS = 300
"""The timeout of a copy; the store may copy gigabytes before it responds."""

MAX_KEY_BYTES = 512
IMMUTABLE = "public, max-age=31536000, immutable"

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]|(?:^|/)\.{0,2}(?:/|$)")
_NOT_FOUND = 404
_GOOD = range(200, 300)


@dataclass(frozen=True)
class Head:
    """An object's size and ETag, including the ETag's quotes."""

    size: int
    etag: str


def presign_put(
    key: str, *, size: int, seconds: int, content_type: str = "application/octet-stream"
) -> str:
    """Return an upload URL, valid for `seconds`, for exactly `size` bytes of this type."""
    signed = {"Content-Length": str(size), "Content-Type": content_type}
    return _presigned("PUT", _url("artifacts", key), seconds, signed)


def presign_get(key: str, *, seconds: int, filename: str | None = None) -> str:
    """Return a URL, valid for `seconds`, for downloading an artifact as `filename`."""
    url = _url("artifacts", key)
    if filename is not None:
        disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        url += "?" + urlencode({"response-content-disposition": disposition}, quote_via=quote)
    return _presigned("GET", url, seconds, {})


def _presigned(method: str, url: str, seconds: int, headers: dict[str, str]) -> str:
    from shared.runtime import signed_requests  # noqa: PLC0415  see above

    return signed_requests.presign(method, url, seconds, headers)


def head(bucket: Bucket, key: str) -> Head | None:
    """Return an object's size and ETag, or None if the object is missing.

    Raises Unavailable if the store is unavailable.
    """
    answer = _send("HEAD", bucket, key)
    if answer.status == _NOT_FOUND:
        return None
    _expect(answer, "HEAD")
    return Head(int(answer.headers["Content-Length"]), answer.headers["ETag"])


def copy(source_key: str, target_key: str) -> None:
    """Copy an artifact within the store, or raise NotFound or Unavailable."""
    source = quote(f"/{settings.objects().artifacts_bucket}/{_checked(source_key)}")
    named = {"x-amz-copy-source": source}
    answer = _send("PUT", "artifacts", target_key, headers=named, seconds=COPY_SECONDS)
    _expect(answer, "COPY")
    # The store has already sent 200 if a copy fails late.
    if b"<Error" in answer.data:
        raise errors.Unavailable(f"the object store failed to copy: {_code(answer)}")


def stream(bucket: Bucket, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
    """Return an iterator over an object's bytes, in pieces of at most `chunk` bytes.

    Raises NotFound or Unavailable.

    If reading fails partway through, the iterator raises Unavailable.
    """
    answer = _send("GET", bucket, key, preload=False)
    _expect(answer, "GET")
    from shared.runtime import signed_requests  # noqa: PLC0415  see above

    return signed_requests.pieces(answer, chunk)


def put(  # noqa: PLR0913  one argument per header
    bucket: Bucket,
    key: str,
    body: bytes,
    *,
    content_type: str,
    content_encoding: str | None = None,
    immutable: bool = False,
) -> None:
    """Write an object; `immutable` lets caches keep it for a year. Raises Unavailable."""
    headers = {"Content-Type": content_type}
    if content_encoding:
        headers["Content-Encoding"] = content_encoding
    if immutable:
        headers["Cache-Control"] = IMMUTABLE
    _expect(_send("PUT", bucket, key, headers=headers, body=body), "PUT")


def delete(bucket: Bucket, key: str) -> None:
    """Delete an object if it exists, or raise Unavailable."""
    answer = _send("DELETE", bucket, key)
    if answer.status != _NOT_FOUND:
        _expect(answer, "DELETE")


def public_url(key: str) -> str:
    """Return the public URL of an object in the public bucket."""
    return f"{settings.public_objects().url}/{quote(_checked(key))}"


def _url(bucket: Bucket, key: str) -> str:
    known = settings.objects()
    name = known.artifacts_bucket if bucket == "artifacts" else known.public_bucket
    return f"{known.endpoint}/{name}/{quote(_checked(key))}"


def _checked(key: str) -> str:
    """Return the key, or raise ValueError if it could escape its folder."""
    if _FORBIDDEN.search(key) or len(key.encode()) > MAX_KEY_BYTES:
        raise ValueError(f"invalid object key {key[:80]!r}")
    return key


def _send(  # noqa: PLR0913  one argument per part of the request
    method: str,
    bucket: Bucket,
    key: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    seconds: float | None = None,
    preload: bool = True,
) -> "BaseHTTPResponse":
    """Sign and send one request, or raise Unavailable."""
    from shared.runtime import signed_requests  # noqa: PLC0415  see above

    url = _url(bucket, key)
    with tracing.span(f"{method} object", "object", bucket=bucket, key=key):
        return signed_requests.send(
            method, url, headers or {}, body, seconds=seconds, preload=preload
        )


def _expect(answer: "BaseHTTPResponse", what: str) -> None:
    """Raise NotFound for a missing object, and RuntimeError for any other rejected request."""
    if answer.status in _GOOD:
        return
    code = _code(answer)
    if answer.status == _NOT_FOUND and code != "NoSuchBucket":
        raise errors.NotFound("the object does not exist")
    raise RuntimeError(f"the object store refused {what} with {answer.status} {code}")


def _code(answer: "BaseHTTPResponse") -> str:
    found = re.search(rb"<Code>(\w+)</Code>", answer.data)
    return found[1].decode() if found else ""
