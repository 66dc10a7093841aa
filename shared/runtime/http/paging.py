"""Returns lists in pages of the form `{items, next_cursor}`.

The cursor is opaque, and the last page has no cursor.
"""

import base64
import binascii
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.runtime import errors

T = TypeVar("T")

Cursor = Annotated[str | None, Field(max_length=1000)]
"""The query parameter for the start of a page: the `next_cursor` of the previous page."""
Limit = Annotated[int, Field(ge=1, le=100)]
"""The query parameter for the maximum number of items on a page."""


class Page(BaseModel, Generic[T]):
    """One page of a list, with a cursor for the next page."""

    model_config = ConfigDict(defer_build=True)  # a cold start must not wait for it

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return the name of a page model, such as `GamePage`."""
        return f"{params[0].__name__}Page"

    items: list[T]
    next_cursor: str | None = None


def page(items: list[T], query: str, last: Any) -> Page[T]:
    """Return a page of a list.

    last: the sort key of the page's last item, or None at the end of the list.

    query: identifies the list, so that a cursor from another list is rejected.
    """
    return Page(items=items, next_cursor=next_cursor(query, last))


def next_cursor(query: str, last: Any) -> str | None:
    """Return the cursor for the page after `last`, or None if `last` is None.

    last: a sort key, or a tuple of its parts.
    """
    if last is None:
        return None
    return encode_cursor(query, *(last if type(last) is tuple else (last,)))


def after(cursor: str | None, query: str, *types: Any) -> Any:
    """Return the sort key of the previous page's last item, or None if there is no cursor.

    Raises BadRequest for an invalid cursor.

    The sort key is a single value for one type, and a tuple for several types.
    """
    if not cursor:
        return None
    places = decode_own_cursor(cursor, query, *types)
    return places[0] if len(types) == 1 else places


def encode_cursor(*parts: object) -> str:
    """Return an opaque cursor that contains `parts` (strings, numbers or times)."""
    return base64.urlsafe_b64encode(to_json(parts)).rstrip(b"=").decode("ascii")


@cache
def _tuple_of(types: tuple[Any, ...]) -> TypeAdapter[tuple[Any, ...]]:
    return TypeAdapter(tuple[types])  # type: ignore[valid-type]


def decode_cursor(cursor: str, *types: Any) -> tuple[Any, ...]:
    """Decode the parts of a cursor as `types`, or raise BadRequest for the field `cursor`."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return _tuple_of(types).validate_json(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, ValidationError) as error:
        detail = "the cursor is not from this list"
        field = [{"field": "cursor", "detail": detail}]
        raise errors.BadRequest(detail, errors=field) from error


def decode_own_cursor(cursor: str, query: str, *types: Any) -> tuple[Any, ...]:
    """Return a cursor's parts after the first one.

    Raises BadRequest unless the first part is `query`.
    """
    given, *parts = decode_cursor(cursor, str, *types)
    if given != query:
        detail = "the cursor belongs to another query"
        raise errors.BadRequest(detail, errors=[{"field": "cursor", "detail": detail}])
    return tuple(parts)
