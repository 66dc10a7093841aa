"""Builds the local cloud's own responses in the same format as the functions' responses."""

import random
from typing import Any

from starlette.responses import JSONResponse, Response

from shared.runtime.errors import CommonCode

CODES = {
    400: CommonCode.INVALID_REQUEST,
    403: CommonCode.FORBIDDEN,
    404: CommonCode.NOT_FOUND,
    405: CommonCode.METHOD_NOT_ALLOWED,
    409: CommonCode.CONFLICT,
    500: CommonCode.INTERNAL,
    503: CommonCode.UNAVAILABLE,
}
ALLOWED = (
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, traceparent, "
    "Savepoint-Client"
)
EXPOSED = (
    "ETag, Date, Location, Retry-After, RateLimit, RateLimit-Policy, Deprecation, Sunset, Link, "
    "traceparent"
)
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}


def problem(status: int, detail: str, base: str = "", **members: Any) -> Response:
    """Return a problem document (RFC 9457) with CORS headers, and with Retry-After for 503."""
    code = CODES[status]
    meaning = code.meaning
    headers = dict(CORS)
    if status == 503:  # noqa: PLR2004 - the one status that is temporary
        headers["Retry-After"] = str(random.randint(1, 3))  # noqa: S311 - jitter, not a secret
    body = {
        "type": f"{base}/problems/{code}",
        "title": meaning.title,
        "status": status,
        "detail": detail,
        "code": code,
        "retry": meaning.retry,
        **members,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def preflight() -> Response:
    """Return the preflight response for an unknown path, so that web pages can read the 404."""
    allow = {
        "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": ALLOWED,
        "Access-Control-Max-Age": "7200",
    }
    return Response(status_code=204, headers=CORS | allow)
