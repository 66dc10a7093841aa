"""Everything that can go wrong, as one tree.

    Exception
    ├── ProblemError              becomes an RFC 9457 problem document at the edge
    │   ├── BadRequest            400  not JSON, or a parameter that does not parse
    │   ├── Unauthenticated       401  no bearer token, or one that does not verify
    │   ├── Forbidden             403  a good token without the role
    │   ├── PlanRequired          403  a download for which the player's plans are not enough
    │   ├── NotFound              404
    │   ├── NotPublished          404  no such version of a tool, or not for everyone
    │   ├── MethodNotAllowed      405
    │   ├── Conflict              409
    │   ├── BuildNotSupported     409  a version of a tool that is for other builds
    │   ├── Withdrawn             410  a version of a tool that was published once
    │   ├── PreconditionFailed    412  stale If-Match; carries the current value
    │   ├── TooLarge              413  carries `limit` and `actual`
    │   ├── Unprocessable         422  JSON of the wrong shape; names the fields
    │   ├── PreconditionRequired  428
    │   ├── TooManyRequests       429  Retry-After
    │   ├── Internal              500  our bug
    │   └── Unavailable           503  a store is away; Retry-After
    └── HopelessEvent             an event no retry can heal: goes to the dead letters at once

Only the edges (`http`, `events`) translate these; the domain raises them and knows no more.
Any other exception is a bug: 500 to a client, a retry for an event.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Retry(StrEnum):
    """What a client may do with the same request after a problem."""

    NEVER = "never"
    SAME = "same"
    AFTER_REFRESH = "after-refresh"
    LATER = "later"


class Code(StrEnum):
    """Every code a problem document or a rejected item can carry. Never renamed, never reused."""

    INVALID_REQUEST = "invalid_request"
    INVALID_BODY = "invalid_body"
    INVALID_ITEM = "invalid_item"
    TOO_OLD = "too_old"
    IN_FUTURE = "in_future"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    PLAN_REQUIRED = "plan_required"
    NOT_FOUND = "not_found"
    NOT_PUBLISHED = "not_published"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    BUILD_NOT_SUPPORTED = "build_not_supported"
    WITHDRAWN = "withdrawn"
    STALE = "stale"
    TOO_LARGE = "too_large"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Meaning:
    """What a code means to people: `docs/errors.md` is made of these."""

    title: str
    cause: str
    client: str
    retry: Retry


MEANINGS: dict[Code, Meaning] = {
    Code.INVALID_REQUEST: Meaning(
        "The request could not be read",
        "The body is not JSON, or a path or query parameter does not parse; `errors` names them.",
        "Mend the request; it fails the same way again.",
        Retry.NEVER,
    ),
    Code.INVALID_BODY: Meaning(
        "The body has the wrong shape",
        "The JSON was read, but a member is missing or of a wrong type; `errors` names each.",
        "Mend the request; it fails the same way again.",
        Retry.NEVER,
    ),
    Code.INVALID_ITEM: Meaning(
        "One item of a batch is broken",
        "A member of this item is missing, of a wrong type or unknown; `detail` names it.",
        "Drop or mend this item; the others were taken.",
        Retry.NEVER,
    ),
    Code.TOO_OLD: Meaning(
        "The item happened too long ago",
        "After clock correction the item's time lies further back than the function accepts.",
        "Drop the item.",
        Retry.NEVER,
    ),
    Code.IN_FUTURE: Meaning(
        "The item lies in the future",
        "After clock correction the item's time lies further ahead than the function accepts.",
        "Drop the item, and set `sent_at` from the same clock as the items.",
        Retry.NEVER,
    ),
    Code.UNAUTHENTICATED: Meaning(
        "No valid sign-in",
        "There is no bearer token, or it is expired, unsigned, or from another issuer or audience.",
        "Refresh the token once and send the request again; then ask the player to sign in.",
        Retry.AFTER_REFRESH,
    ),
    Code.FORBIDDEN: Meaning(
        "Not allowed",
        "The token is valid, but its roles do not open this path.",
        "Do not retry; the account lacks the role.",
        Retry.NEVER,
    ),
    Code.PLAN_REQUIRED: Meaning(
        "Another plan is needed",
        "The tool is for players who have the plan that `plan` names; the caller has not.",
        "Offer the plan, and ask again once the player has it.",
        Retry.NEVER,
    ),
    Code.NOT_FOUND: Meaning(
        "Nothing is here",
        "The path is unknown, or the thing it names does not exist.",
        "Do not retry.",
        Retry.NEVER,
    ),
    Code.NOT_PUBLISHED: Meaning(
        "No such version",
        "The tool does not exist, or this version of it is not published.",
        "Read the tool's versions again and choose one of them.",
        Retry.NEVER,
    ),
    Code.METHOD_NOT_ALLOWED: Meaning(
        "The path does not take this method",
        "The path exists; `Allow` lists its methods.",
        "Do not retry.",
        Retry.NEVER,
    ),
    Code.CONFLICT: Meaning(
        "The thing is in another state",
        "The action does not fit the state that the thing is in now; `detail` says which.",
        "Read the thing again and decide.",
        Retry.NEVER,
    ),
    Code.BUILD_NOT_SUPPORTED: Meaning(
        "Not for this build",
        "The version fits the builds from `first_build` to `last_build`, and not `build_id`.",
        "Read the tool's versions with `build` and choose one of them.",
        Retry.NEVER,
    ),
    Code.WITHDRAWN: Meaning(
        "No longer published",
        "The version was published once and was withdrawn.",
        "Read the tool's versions again and choose another; warn who has this one installed.",
        Retry.NEVER,
    ),
    Code.STALE: Meaning(
        "Someone else changed it first",
        "`If-Match` names an older version; the answer carries the current one.",
        "Merge with the current value and send again with its ETag.",
        Retry.AFTER_REFRESH,
    ),
    Code.TOO_LARGE: Meaning(
        "Too large",
        "The body or the list is larger than the stated limit: `limit` and `actual`.",
        "Split it and send the parts.",
        Retry.NEVER,
    ),
    Code.PRECONDITION_REQUIRED: Meaning(
        "If-Match is missing",
        "This write must say which version it changes.",
        "Read the thing, then write with its ETag.",
        Retry.NEVER,
    ),
    Code.TOO_MANY_REQUESTS: Meaning(
        "Too many requests",
        "The caller is over a stated limit.",
        "Wait for `Retry-After`, then send the same request.",
        Retry.LATER,
    ),
    Code.INTERNAL: Meaning(
        "We failed",
        "A bug of ours; it was logged under the trace in `traceparent`.",
        "Send it again later, with backoff, a few times; a batch with a new `sent_at`.",
        Retry.LATER,
    ),
    Code.UNAVAILABLE: Meaning(
        "A part of us is away",
        "A store does not answer at this moment.",
        "Wait for `Retry-After`, then send it again; a batch with a new `sent_at`.",
        Retry.LATER,
    ),
}


class ProblemError(Exception):
    """A failure that a client is told about: a status, a code, and extra members."""

    status: ClassVar[int] = 500
    code: ClassVar[Code] = Code.INTERNAL

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
    code = Code.INVALID_REQUEST


class Unauthenticated(ProblemError):
    """There is no token that verifies."""

    status = 401
    code = Code.UNAUTHENTICATED


class Forbidden(ProblemError):
    """The token is good and its roles are not enough."""

    status = 403
    code = Code.FORBIDDEN


class PlanRequired(ProblemError):
    """The player lacks the tool's plan; raise it with `plan`."""

    status = 403
    code = Code.PLAN_REQUIRED


class NotFound(ProblemError):
    """The path or the thing it names does not exist."""

    status = 404
    code = Code.NOT_FOUND


class NotPublished(ProblemError):
    """The version of a tool does not exist, as far as everyone may know."""

    status = 404
    code = Code.NOT_PUBLISHED


class MethodNotAllowed(ProblemError):
    """The path exists and does not take this method."""

    status = 405
    code = Code.METHOD_NOT_ALLOWED


class Conflict(ProblemError):
    """The action does not fit the state that the thing is in."""

    status = 409
    code = Code.CONFLICT


class BuildNotSupported(ProblemError):
    """The version is for other builds; raise it with `first_build` and `last_build`."""

    status = 409
    code = Code.BUILD_NOT_SUPPORTED


class Withdrawn(ProblemError):
    """The version was published once."""

    status = 410
    code = Code.WITHDRAWN


class PreconditionFailed(ProblemError):
    """`If-Match` names a version that is not the current one."""

    status = 412
    code = Code.STALE


class TooLarge(ProblemError):
    """A body or list over its limit; raise it with `limit` and `actual`."""

    status = 413
    code = Code.TOO_LARGE


class Unprocessable(ProblemError):
    """JSON of the wrong shape; raise it with `errors`, a list of {field, detail}."""

    status = 422
    code = Code.INVALID_BODY


class PreconditionRequired(ProblemError):
    """A conditional write without `If-Match`."""

    status = 428
    code = Code.PRECONDITION_REQUIRED


class TooManyRequests(ProblemError):
    """Over a limit; the edge adds `Retry-After`."""

    status = 429
    code = Code.TOO_MANY_REQUESTS


class Internal(ProblemError):
    """A bug of ours."""


class Unavailable(ProblemError):
    """A store is away for now; the edge adds `Retry-After`."""

    status = 503
    code = Code.UNAVAILABLE


class HopelessEvent(Exception):
    """An event that no retry can heal: unreadable, or about something that cannot be.

    code: a stable word for grouping, such as `unreadable` or `too_late`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
