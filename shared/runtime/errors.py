"""The errors that any function can raise; the product's own are in `shared/domain/errors.py`.

    Exception
    ├── ProblemError              becomes an RFC 9457 problem document at the edge
    │   ├── BadRequest            400  not JSON, or a parameter that does not parse
    │   ├── Unauthenticated       401  no bearer token, or one that does not verify
    │   ├── Forbidden             403  a valid token without the required role
    │   ├── NotFound              404
    │   ├── MethodNotAllowed      405
    │   ├── Conflict              409
    │   ├── PreconditionFailed    412  stale If-Match; contains the current value
    │   ├── TooLarge              413  contains `limit` and `actual`
    │   ├── Unprocessable         422  JSON of the wrong shape; names the fields
    │   ├── PreconditionRequired  428
    │   ├── TooManyRequests       429  Retry-After
    │   ├── Internal              500  our bug
    │   └── Unavailable           503  a store does not respond; Retry-After
    └── HopelessEvent             an event that no retry can fix: dead-lettered at once

Only the edges (`http`, `events`) translate these errors; the domain only raises them. Any other
exception is a bug. A client receives 500, and an event is retried.
"""

from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self


class Retry(StrEnum):
    """Whether and when a client may retry the same request after a problem."""

    NEVER = "never"
    SAME = "same"
    AFTER_REFRESH = "after-refresh"
    LATER = "later"


class Meaning(NamedTuple):
    """The explanation of a code, from which `docs/errors.md` is generated."""

    title: str
    cause: str
    client: str
    retry: Retry


class Code(StrEnum):
    """The codes of problem documents and rejected items, which are never renamed or reused."""

    # This class has no members; its subclasses, here and in the domain, define the codes.
    meaning: Meaning

    def __new__(cls, value: str, title: str, cause: str, client: str, retry: Retry) -> Self:
        """Create a member from its value and meaning."""
        code = str.__new__(cls, value)
        code._value_, code.meaning = value, Meaning(title, cause, client, retry)
        return code


def codes() -> list[Code]:
    """Return every code defined by the modules imported so far."""
    return [code for kind in Code.__subclasses__() for code in kind]


class CommonCode(Code):
    """The codes that are independent of the product."""

    INVALID_REQUEST = (
        "invalid_request",
        "Invalid request",
        "The body is not JSON, or a path or query parameter does not parse; `errors` names them.",
        "Fix the request; it fails the same way again.",
        Retry.NEVER,
    )
    INVALID_BODY = (
        "invalid_body",
        "Invalid request body",
        "The body is JSON, but a member is missing or of the wrong type; `errors` names each.",
        "Fix the request; it fails the same way again.",
        Retry.NEVER,
    )
    INVALID_ITEM = (
        "invalid_item",
        "Invalid item",
        "A member of this item is missing, of the wrong type or unknown; `detail` names it.",
        "Drop or fix this item; the others were accepted.",
        Retry.NEVER,
    )
    UNAUTHENTICATED = (
        "unauthenticated",
        "Authentication required",
        "There is no bearer token, or it is expired, unsigned, or from another issuer or audience.",
        "Refresh the token once and send the request again; then ask the player to sign in.",
        Retry.AFTER_REFRESH,
    )
    FORBIDDEN = (
        "forbidden",
        "Forbidden",
        "The token is valid, but none of its roles grants access to this path.",
        "Do not retry; the account lacks the role.",
        Retry.NEVER,
    )
    NOT_FOUND = (
        "not_found",
        "Not found",
        "The path is unknown, or the resource does not exist.",
        "Do not retry.",
        Retry.NEVER,
    )
    METHOD_NOT_ALLOWED = (
        "method_not_allowed",
        "Method not allowed",
        "The path exists; `Allow` lists its methods.",
        "Do not retry.",
        Retry.NEVER,
    )
    CONFLICT = (
        "conflict",
        "Conflicts with the current state",
        "The current state does not allow this action; `detail` names the state.",
        "Read the current state, then decide what to do.",
        Retry.NEVER,
    )
    STALE = (
        "stale",
        "Changed since it was read",
        "`If-Match` names an older revision; the response contains the current one.",
        "Merge with the current value and send again with its ETag.",
        Retry.AFTER_REFRESH,
    )
    TOO_LARGE = (
        "too_large",
        "Too large",
        "The body or the list exceeds its limit; see `limit` and `actual`.",
        "Split it and send the parts.",
        Retry.NEVER,
    )
    PRECONDITION_REQUIRED = (
        "precondition_required",
        "If-Match required",
        "This write must name the revision that it changes.",
        "Read the current value, then write with its ETag.",
        Retry.NEVER,
    )
    TOO_MANY_REQUESTS = (
        "too_many_requests",
        "Too many requests",
        "The caller exceeded a limit.",
        "Wait for `Retry-After`, then send the same request.",
        Retry.LATER,
    )
    INTERNAL = (
        "internal",
        "Internal error",
        "A bug on our side; it is logged under the trace in `traceparent`.",
        "Retry a few times, with backoff; send a batch with a new `sent_at`.",
        Retry.LATER,
    )
    UNAVAILABLE = (
        "unavailable",
        "Service temporarily unavailable",
        "A store does not respond at the moment.",
        "Wait for `Retry-After`, then retry; send a batch with a new `sent_at`.",
        Retry.LATER,
    )


class ProblemError(Exception):
    """An error that a client sees: a status, a code, and extra members.

    documented: the error's text members, each with a description.
    """

    status: ClassVar[int] = 500
    code: ClassVar[Code] = CommonCode.INTERNAL
    documented: ClassVar[dict[str, str]] = {}

    def __init__(
        self, detail: str, *, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}
        self.members = members


class BadRequest(ProblemError):
    """The request could not be read."""

    status = 400
    code = CommonCode.INVALID_REQUEST


class Unauthenticated(ProblemError):
    """There is no valid token."""

    status = 401
    code = CommonCode.UNAUTHENTICATED


class Forbidden(ProblemError):
    """The token is valid, but lacks the required role."""

    status = 403
    code = CommonCode.FORBIDDEN


class NotFound(ProblemError):
    """No endpoint or resource exists at the path."""

    status = 404
    code = CommonCode.NOT_FOUND


class MethodNotAllowed(ProblemError):
    """The path exists, but does not support this method."""

    status = 405
    code = CommonCode.METHOD_NOT_ALLOWED


class Conflict(ProblemError):
    """The current state does not allow the action."""

    status = 409
    code = CommonCode.CONFLICT


class PreconditionFailed(ProblemError):
    """`If-Match` contains a revision other than the current one."""

    status = 412
    code = CommonCode.STALE


class TooLarge(ProblemError):
    """A body or list exceeds its limit; raised with `limit` and `actual`."""

    status = 413
    code = CommonCode.TOO_LARGE


class Unprocessable(ProblemError):
    """JSON of the wrong shape; raised with `errors`, a list of {field, detail}."""

    status = 422
    code = CommonCode.INVALID_BODY


def invalid_field(field: str, detail: str) -> Unprocessable:
    """Return the error for a well-formed field whose value does not fit the stored data."""
    return Unprocessable(f"{field}: {detail}", errors=[{"field": field, "detail": detail}])


class PreconditionRequired(ProblemError):
    """A conditional write without `If-Match`."""

    status = 428
    code = CommonCode.PRECONDITION_REQUIRED


class TooManyRequests(ProblemError):
    """A limit is exceeded; the edge adds `Retry-After`."""

    status = 429
    code = CommonCode.TOO_MANY_REQUESTS


class Internal(ProblemError):
    """A bug on our side."""


class Unavailable(ProblemError):
    """A store does not respond; the edge adds `Retry-After`."""

    status = 503
    code = CommonCode.UNAVAILABLE


class HopelessEvent(Exception):
    """An event that no retry can fix, because it is unreadable or invalid.

    code: a stable code for grouping, such as `unreadable` or `too_late`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
