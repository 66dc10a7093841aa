"""Lists in pages: `{items, next_cursor}`; the cursor is opaque and absent at the end."""

import base64
import binascii
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.runtime import errors

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list, and where the next one starts."""

    model_config = ConfigDict(defer_build=True)  # a cold start does not wait for it

    items: list[T]
    next_cursor: str | None = None


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
        detail = "the cursor is not one that this list gave"
        field = [{"field": "cursor", "detail": detail}]
        raise errors.BadRequest(detail, errors=field) from error


def decode_own_cursor(cursor: str, query: str, *types: Any) -> tuple[Any, ...]:
    """Return what follows `query`, the first part of the cursor; raise BadRequest for another's."""
    given, *parts = decode_cursor(cursor, str, *types)
    if given != query:
        detail = "the cursor belongs to another query"
        raise errors.BadRequest(detail, errors=[{"field": "cursor", "detail": detail}])
    return tuple(parts)
