"""Conditional writes: who changes a thing says which version of it he has read."""

from typing import Self

from pydantic import BaseModel

from shared.runtime import errors
from shared.runtime.http.binding import Header


class IfMatch(Header):
    """The ETags that a handler's `If-Match` names."""

    __slots__ = ()
    name = "If-Match"
    description = "The ETag of what was read and is changed, or `*`."
    failures = (errors.PreconditionFailed, errors.PreconditionRequired)

    @classmethod
    def read(cls, given: str | None) -> Self:
        """Return what was given; raise PreconditionRequired for none."""
        if given is None:
            raise errors.PreconditionRequired("send `If-Match` with the ETag that you have read")
        return cls(given)


def check_if_match(given: IfMatch, revision: int | str, current: BaseModel) -> None:
    """Raise PreconditionFailed unless `If-Match` names this revision.

    current: the thing as it is, which the refusal carries with its ETag.
    """
    tag = f'"{revision}"'
    if not {tag, "*"}.intersection(one.strip() for one in given.split(",")):
        raise errors.PreconditionFailed(
            f"it is at revision {revision} now",
            current=current.model_dump(mode="json", exclude_none=True),
            headers={"ETag": tag},
        )
