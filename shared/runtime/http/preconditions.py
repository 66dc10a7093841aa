"""Conditional writes: who changes a thing says which version of it he has read."""

from pydantic import BaseModel

from shared.runtime import errors
from shared.runtime.http.binding import Request


def check_if_match(request: Request, revision: int, current: BaseModel) -> None:
    """Raise PreconditionRequired or PreconditionFailed unless `If-Match` names this revision.

    current: the thing as it is, which the refusal carries with its ETag.
    """
    given = request.headers.get(b"if-match")
    if given is None:
        raise errors.PreconditionRequired("send `If-Match` with the ETag that you have read")
    tag = f'"{revision}"'
    if not {tag, "*"}.intersection(one.strip() for one in given.decode("latin-1").split(",")):
        raise errors.PreconditionFailed(
            f"it is at revision {revision} now",
            current=current.model_dump(mode="json", exclude_none=True),
            headers={"ETag": tag},
        )
