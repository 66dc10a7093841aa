"""Optimistic concurrency: a writer names the revision that it has read."""

from pydantic import BaseModel

from shared.runtime import errors


class Expected(frozenset[str]):
    """The accepted revisions, one of which must be the current one; `*` accepts any."""

    __slots__ = ()

    def require(self, revision: int | str, current: BaseModel) -> None:
        """Raise PreconditionFailed, carrying the current value, for an unexpected revision."""
        if not self & {str(revision), "*"}:
            raise errors.PreconditionFailed(
                f"the current revision is {revision}",
                current=current.model_dump(mode="json", exclude_none=True),
                headers={"ETag": f'"{revision}"'},
            )
