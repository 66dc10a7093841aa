"""Objects in an S3-compatible store: artifacts behind short-lived URLs, and what everyone may read.

botocore signs and urllib3 sends, so that the store can be exchanged (docs/objects.md).
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, cast
from urllib.parse import quote, urlencode

import urllib3
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from urllib3.exceptions import HTTPError

from shared.runtime import errors, settings, tracing

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

Bucket = Literal["artifacts", "public"]

CONNECT_SECONDS = 3
READ_SECONDS = 20
COPY_SECONDS = 300
"""The store copies gigabytes before it answers."""

MAX_KEY_BYTES = 512
IMMUTABLE = "public, max-age=31536000, immutable"

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]|(?:^|/)\.{0,2}(?:/|$)")
_OK, _NOT_FOUND, _TOO_MANY, _FAILED = 200, 404, 429, 500
_GOOD = range(200, 300)


@dataclass(frozen=True)
class Head:
    """What the store knows of an object; the ETag as HTTP writes it, quotes included."""

    size: int
    etag: str


class _Key(NamedTuple):
    """Credentials as the signer reads them: importing botocore's own costs a cold start 40 ms."""

    access_key: str
    secret_key: str
    token: None = None


class _OnceMore(urllib3.Retry):
    """One more attempt, after a random pause so that instances do not come back together."""

    def get_backoff_time(self) -> float:
        """Return the pause; by default the first one is none."""
        return random.uniform(0.05, 0.5)  # noqa: S311


# Every request here is idempotent, so each may be sent again.
_RETRY = _OnceMore(
    total=1,
    allowed_methods=None,
    status_forcelist=(429, 500, 502, 503, 504),
    redirect=False,
    raise_on_status=False,
    respect_retry_after_header=False,
)


def presign_put(
    key: str, *, size: int, seconds: int, content_type: str = "application/octet-stream"
) -> str:
    """Return a URL that takes exactly `size` bytes of this type, for `seconds`."""
    signed = {"Content-Length": str(size), "Content-Type": content_type}
    return _presigned(AWSRequest("PUT", _url("artifacts", key), signed), seconds)


def presign_get(key: str, *, seconds: int, filename: str | None = None) -> str:
    """Return a URL that an artifact can be read from for `seconds`, to be saved as `filename`."""
    url = _url("artifacts", key)
    if filename is not None:
        disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        url += "?" + urlencode({"response-content-disposition": disposition}, quote_via=quote)
    return _presigned(AWSRequest("GET", url), seconds)


def _presigned(request: AWSRequest, seconds: int) -> str:
    S3SigV4QueryAuth(_credentials(), "s3", settings.objects().region, seconds).add_auth(request)
    return str(request.url)


def head(bucket: Bucket, key: str) -> Head | None:
    """Return an object's size and ETag, or None when it is missing; raise Unavailable."""
    answer = _send("HEAD", bucket, key)
    if answer.status == _NOT_FOUND:
        return None
    _expect(answer, "HEAD")
    return Head(int(answer.headers["Content-Length"]), answer.headers["ETag"])


def copy(source_key: str, target_key: str) -> None:
    """Copy an artifact within the store; raise NotFound, or Unavailable."""
    source = quote(f"/{settings.objects().artifacts_bucket}/{_checked(source_key)}")
    named = {"x-amz-copy-source": source}
    answer = _send("PUT", "artifacts", target_key, headers=named, seconds=COPY_SECONDS)
    _expect(answer, "COPY")
    # A copy that fails late has already said 200.
    if b"<Error" in answer.data:
        raise errors.Unavailable(f"the object store failed to copy: {_code(answer)}")


def stream(bucket: Bucket, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
    """Return an object's stored bytes in pieces of at most `chunk`; raise NotFound, Unavailable.

    What fails in the middle raises Unavailable from the iterator.
    """
    answer = _send("GET", bucket, key, preload=False)
    _expect(answer, "GET")
    return _pieces(answer, chunk)


def _pieces(answer: urllib3.BaseHTTPResponse, chunk: int) -> Iterator[bytes]:
    try:
        yield from answer.stream(chunk, decode_content=False)
    except HTTPError as error:
        raise _away() from error
    finally:
        answer.close()


def put(  # noqa: PLR0913  one argument a header
    bucket: Bucket,
    key: str,
    body: bytes,
    *,
    content_type: str,
    content_encoding: str | None = None,
    immutable: bool = False,
) -> None:
    """Write an object; `immutable` lets every cache keep it for a year. Raises Unavailable."""
    headers = {"Content-Type": content_type}
    if content_encoding:
        headers["Content-Encoding"] = content_encoding
    if immutable:
        headers["Cache-Control"] = IMMUTABLE
    _expect(_send("PUT", bucket, key, headers=headers, body=body), "PUT")


def delete(bucket: Bucket, key: str) -> None:
    """Delete an object, whether or not it exists; raise Unavailable."""
    answer = _send("DELETE", bucket, key)
    if answer.status != _NOT_FOUND:
        _expect(answer, "DELETE")


def public_url(key: str) -> str:
    """Return where everyone can read an object of the public bucket."""
    return f"{settings.objects().public_url}/{quote(_checked(key))}"


def _url(bucket: Bucket, key: str) -> str:
    known = settings.objects()
    name = known.artifacts_bucket if bucket == "artifacts" else known.public_bucket
    return f"{known.endpoint}/{name}/{quote(_checked(key))}"


def _checked(key: str) -> str:
    """Return the key, which our own code made; one that could mean another place is a bug."""
    if _FORBIDDEN.search(key) or len(key.encode()) > MAX_KEY_BYTES:
        raise ValueError(f"no object can have the key {key[:80]!r}")
    return key


def _credentials() -> "ReadOnlyCredentials":
    known = settings.objects()
    return cast("ReadOnlyCredentials", _Key(known.key_id, known.secret))


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=32)


def _send(  # noqa: PLR0913  one argument a part of the request
    method: str,
    bucket: Bucket,
    key: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    seconds: float | None = None,
    preload: bool = True,
) -> urllib3.BaseHTTPResponse:
    """Sign and send one request, twice at most; raise Unavailable."""
    url = _url(bucket, key)
    request = AWSRequest(method, url, headers, body)
    S3SigV4Auth(_credentials(), "s3", settings.objects().region).add_auth(request)
    # Unsigned, since Google changes it on the way; without it Google would unpack what is packed.
    sent = {**dict(request.headers.items()), "Accept-Encoding": "gzip"}
    with tracing.span(f"{method} object", "object", bucket=bucket, key=key):
        try:
            answer = _pool().request(
                method,
                url,
                body=body or None,
                headers=sent,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds or READ_SECONDS),
                retries=_RETRY,
                preload_content=preload,
                decode_content=False,
            )
            if answer.status != _OK and not preload:
                answer.read(cache_content=True)
        except HTTPError as error:
            raise _away() from error
    if answer.status >= _FAILED or answer.status == _TOO_MANY:
        answer.close()
        raise _away()
    return answer


def _expect(answer: urllib3.BaseHTTPResponse, what: str) -> None:
    """Raise NotFound for a missing object; anything else that is no success is our mistake."""
    if answer.status in _GOOD:
        return
    code = _code(answer)
    if answer.status == _NOT_FOUND and code != "NoSuchBucket":
        raise errors.NotFound("there is no such object")
    raise RuntimeError(f"the object store refused {what} with {answer.status} {code}")


def _code(answer: urllib3.BaseHTTPResponse) -> str:
    found = re.search(rb"<Code>(\w+)</Code>", answer.data)
    return found[1].decode() if found else ""


def _away() -> errors.Unavailable:
    return errors.Unavailable("the object store does not answer now")
