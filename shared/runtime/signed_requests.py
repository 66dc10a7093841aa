"""Signs requests to an S3-compatible store with botocore and sends them with urllib3.

objects.py imports this module when it sends the first request, because importing the two libraries
at start-up would add 0.1 s to every cold start (docs/objects.md).
"""

import random
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

import urllib3
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from urllib3.exceptions import HTTPError

from shared.runtime import errors, settings

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

CONNECT_SECONDS = 3
READ_SECONDS = 20

_OK, _TOO_MANY, _FAILED = 200, 429, 500


class _Key(NamedTuple):
    """The signer's credentials; importing botocore's class would add 40 ms to a cold start."""

    access_key: str
    secret_key: str
    token: None = None


class _OnceMore(urllib3.Retry):
    """A retry policy that retries once, after a random pause to spread out instances' retries."""

    def get_backoff_time(self) -> float:
        """Return the pause before a retry; urllib3 would not pause before the first retry."""
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


def presign(method: str, url: str, seconds: int, headers: dict[str, str]) -> str:
    """Return a URL that permits this request with these headers for `seconds`."""
    request = AWSRequest(method, url, headers)
    S3SigV4QueryAuth(_credentials(), "s3", settings.objects().region, seconds).add_auth(request)
    return str(request.url)


def send(  # noqa: PLR0913  one argument per part of the request
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes,
    *,
    seconds: float | None,
    preload: bool,
) -> urllib3.BaseHTTPResponse:
    """Sign and send a request, with at most one retry, or raise Unavailable."""
    request = AWSRequest(method, url, headers, body)
    S3SigV4Auth(_credentials(), "s3", settings.objects().region).add_auth(request)
    # Unsigned, since Google changes it; without it Google would decompress the object.
    sent = {**dict(request.headers.items()), "Accept-Encoding": "gzip"}
    try:
        answer = pool().request(
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
        raise _unavailable() from error
    if answer.status >= _FAILED or answer.status == _TOO_MANY:
        answer.close()
        raise _unavailable()
    return answer


def pieces(answer: urllib3.BaseHTTPResponse, chunk: int) -> Iterator[bytes]:
    """Yield a response's body in pieces of at most `chunk` bytes, or raise Unavailable."""
    try:
        yield from answer.stream(chunk, decode_content=False)
    except HTTPError as error:
        raise _unavailable() from error
    finally:
        answer.close()


@cache
def pool() -> urllib3.PoolManager:
    """Return the connection pool for the store."""
    return urllib3.PoolManager(maxsize=32)


def _credentials() -> "ReadOnlyCredentials":
    known = settings.objects()
    return cast("ReadOnlyCredentials", _Key(known.key_id, known.secret))


def _unavailable() -> errors.Unavailable:
    return errors.Unavailable("the object store is not responding")
