"""Lists in pages: `{items, next_cursor}`; the cursor is opaque, and absent on the last page."""

import base64
import binascii
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.runtime import errors

T = TypeVar("T")

Cursor = Annotated[str | None, Field(max_length=1000)]
"""The query parameter that says where a page starts: the `next_cursor` of the one before."""
Limit = Annotated[int, Field(ge=1, le=100)]
"""The query parameter that says how many items a page may have."""


class Page(BaseModel, Generic[T]):
    """One page of a list, and where the next one starts."""

    model_config = ConfigDict(defer_build=True)  # a cold start must not wait for it

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return the name of a page of some items: `GamePage`."""
        return f"{params[0].__name__}Page"

    items: list[T]
    next_cursor: str | None = None


def page(items: list[T], query: str, last: Any) -> Page[T]:
    """Return a page of `items`; `last` is the place of its last one, None at the end of the list.

    query: what the list is of; its cursors are refused by every other list.
    """
    return Page(items=items, next_cursor=next_cursor(query, last))


def next_cursor(query: str, last: Any) -> str | None:
    """Return the cursor after `last`, a place or a tuple of its parts; None for None."""
    if last is None:
        return None
    return encode_cursor(query, *(last if type(last) is tuple else (last,)))


def after(cursor: str | None, query: str, *types: Any) -> Any:
    """Return the place of the page before, None for the first page; raise BadRequest.

    A value for one type, a tuple for several.
    """
    if not cursor:
        return None
    places = decode_own_cursor(cursor, query, *types)
    return places[0] if len(types) == 1 else places


def encode_cursor(*parts: object) -> str:
    """Return an opaque cursor holding `parts` (texts, numbers, times)."""
    return base64.urlsafe_b64encode(to_json(parts)).rstrip(b"=").decode("ascii")


@cache
def _tuple_of(types: tuple[Any, ...]) -> TypeAdapter[tuple[Any, ...]]:
    return TypeAdapter(tuple[types])  # type: ignore[valid-type]


def decode_cursor(cursor: str, *types: Any) -> tuple[Any, ...]:
    """Return the parts of a cursor as `types`; raise BadRequest naming `cursor`."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return _tuple_of(types).validate_json(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, ValidationError) as error:
        detail = "the cursor is not from this list"
        field = [{"field": "cursor", "detail": detail}]
        raise errors.BadRequest(detail, errors=field) from error


def decode_own_cursor(cursor: str, query: str, *types: Any) -> tuple[Any, ...]:
    """Return the parts after the first, which must be `query`; raise BadRequest."""
    given, *parts = decode_cursor(cursor, str, *types)
    if given != query:
        detail = "the cursor belongs to another query"
        raise errors.BadRequest(detail, errors=[{"field": "cursor", "detail": detail}])
    return tuple(parts)
