"""Conditional writes: `If-Match` names the revision that the client has read."""

from typing import Self

from pydantic import BaseModel

from shared.runtime import errors
from shared.runtime.http.binding import Header
from shared.runtime.revisions import Expected


class IfMatch(Header, Expected):
    """The revisions that a request's `If-Match` names; the domain compares them."""

    __slots__ = ()
    name = "If-Match"
    description = "The ETag of what was read and is changed, or `*`."
    failures = (errors.PreconditionFailed, errors.PreconditionRequired)

    @classmethod
    def read(cls, given: str | None) -> Self:
        """Return the strong ETags without their quotes; raise PreconditionRequired for none."""
        if given is None:
            raise errors.PreconditionRequired("send `If-Match` with the ETag that you have read")
        tags = [one.strip() for one in given.split(",")]
        quoted = (tag[1:-1] for tag in tags if len(tag) > 1 and tag[0] == tag[-1] == '"')
        return cls([*(["*"] if "*" in tags else []), *(tag for tag in quoted if tag != "*")])


def check_if_match(given: IfMatch, revision: int | str, current: BaseModel) -> None:
    """Raise PreconditionFailed unless `If-Match` names this revision of `current`."""
    given.require(revision, current)
