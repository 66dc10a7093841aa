"""Implements optimistic concurrency, where a writer states the revision that it read."""

from pydantic import BaseModel

from shared.runtime import errors


class Expected(frozenset[str]):
    """The revisions that a writer accepts as the current one; `*` accepts any revision."""

    __slots__ = ()

    def require(self, revision: int | str, current: BaseModel) -> None:
        """Raise PreconditionFailed, with the current value, if the revision is not expected."""
        if not self & {str(revision), "*"}:
            raise errors.PreconditionFailed(
                f"the current revision is {revision}",
                current=current.model_dump(mode="json", exclude_none=True),
                headers={"ETag": f'"{revision}"'},
            )
