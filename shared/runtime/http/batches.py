"""Lists whose items are validated one by one, so that an invalid item does not affect the others.

The response to a batch `{sent_at, items}` is a receipt. A request fails as a whole only if its body
is not JSON (400), has no list (422) or has too many items (413).
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)
from pydantic_core import from_json, to_json

from shared.runtime import clock, errors
from shared.runtime.errors import Code, CommonCode

T = TypeVar("T", bound=BaseModel)

SHOWN_ID_LENGTH = 100
# A body can contain an error every two bytes, and the response must not exceed the request.
SHOWN_ERRORS = 50

_NO_NUMBER = object()
_SENT_AT = (
    "The time on the client's clock when it sends this request. "
    "Set it again for every send, including retries; an old value shifts the items in time."
)
# Most functions take no batch, and their cold start must not wait for these models.
_ON_FIRST_USE = ConfigDict(defer_build=True)


class Rejection(BaseModel):
    """Why one item was rejected."""

    model_config = _ON_FIRST_USE

    index: int
    id: str | None = None
    code: Code
    detail: str
    retry: errors.Retry


class Receipt(BaseModel):
    """The outcome of a batch."""

    model_config = _ON_FIRST_USE

    accepted: int
    duplicates: int
    rejected: list[Rejection]


@dataclass
class Items(Generic[T]):
    """A validated list `{items}` with its valid items, their indexes, and the rejected items.

    The item's model must set `item_id` to the name of its id field, and may set `max_items`.
    """

    items: list[tuple[int, T]]
    rejected: list[Rejection] = field(default_factory=list)

    def reject(self, index: int, item_id: str | None, code: Code, detail: str) -> None:
        """Reject one item because it violates a domain rule."""
        retry = code.meaning.retry
        self.rejected.append(
            Rejection(index=index, id=item_id, code=code, detail=detail, retry=retry)
        )

    def rejections(self) -> list[Rejection]:
        """Return the rejections, in the order of the items."""
        return sorted(self.rejected, key=lambda one: one.index)


@dataclass
class Batch(Items[T]):
    """A batch `{sent_at, items}` without duplicate items.

    duplicates: the number of items dropped because an earlier item is identical. An item with the
        same id but other content is kept, because the domain code may reject the first item and
        accept the second.
    """

    sent_at: datetime = field(kw_only=True)
    duplicates: int = 0

    def receipt(self, accepted: int) -> Receipt:
        """Return the receipt to send to the client."""
        return Receipt(accepted=accepted, duplicates=self.duplicates, rejected=self.rejections())


class _List(BaseModel):
    """A list whose items are not parsed yet."""

    model_config = ConfigDict(strict=True, defer_build=True)

    items: list[Any]


class _Batch(BaseModel):
    """A batch whose items are not parsed yet."""

    model_config = ConfigDict(strict=True, defer_build=True)

    sent_at: Annotated[
        AwareDatetime,
        Field(strict=False, description=_SENT_AT, examples=["2026-11-24T20:08:05+01:00"]),
        BeforeValidator(clock.written_out),
    ]
    items: list[Any]


class Parser(Generic[T]):
    """Parses a `Batch[Item]` or `Items[Item]` at once, or item by item if any item is invalid."""

    def __init__(self, item: type[T], limit: int, kind: Any = Batch) -> None:
        self.item = item
        self.is_batch = kind is Batch
        self.limit: int = getattr(item, "max_items", limit)
        self.id_field: str = item.item_id  # type: ignore[attr-defined]
        self.envelope: type[BaseModel] = _Batch if self.is_batch else _List
        self.model: type[BaseModel] = create_model(
            item.__name__ + ("Batch" if self.is_batch else "s"),
            __base__=self.envelope,
            items=(list[item], Field(max_length=self.limit)),  # type: ignore[valid-type]
        )

    def parse(self, body: bytes) -> Any:
        """Parse the list in `body`, or raise BadRequest, Unprocessable or TooLarge."""
        try:
            good: Any = self.model.model_validate_json(body)
        except ValidationError:
            return self._parse_each(body)
        return self._made(good, Items(list(enumerate(good.items))))

    def _parse_each(self, body: bytes) -> Items[T]:
        try:
            raw = loads(body)
        except (ValueError, RecursionError) as error:
            message = f"the body is not JSON: {error}"
            raise errors.BadRequest(message) from error
        if isinstance(raw, dict) and isinstance(raw.get("items"), list):
            self._count(len(raw["items"]))
        try:
            envelope: Any = self.envelope.model_validate(raw)
        except ValidationError as error:
            message = f"the body must be `{{{', '.join(self.envelope.model_fields)}: [...]}}`"
            raise errors.Unprocessable(message, errors=described(error)) from error
        found: Items[T] = Items([])
        for index, one in enumerate(envelope.items):
            try:
                found.items.append((index, self.item.model_validate_json(to_json(one))))
            except ValidationError as error:
                detail = "; ".join(f"{at['field']}: {at['detail']}" for at in described(error))
                found.reject(index, self._shown_id(one), CommonCode.INVALID_ITEM, detail[:500])
            except ValueError:
                detail = "body: contains an infinite number, half a character or excessive nesting"
                found.reject(index, self._shown_id(one), CommonCode.INVALID_ITEM, detail)
        return self._made(envelope, found)

    def _made(self, envelope: Any, found: Items[T]) -> Items[T]:
        """Return the handler's argument; a batch is returned without its duplicates."""
        if not self.is_batch:
            return found
        batch = Batch(found.items, found.rejected, sent_at=envelope.sent_at)
        return self._without_duplicates(batch)

    def _count(self, actual: int) -> None:
        if actual > self.limit:
            message = f"at most {self.limit} items are accepted; this list has {actual}"
            raise errors.TooLarge(message, limit=self.limit, actual=actual)

    def _shown_id(self, raw: object) -> str | None:
        found = raw.get(self.id_field) if isinstance(raw, dict) else None
        if not isinstance(found, str):
            return None
        return found[:SHOWN_ID_LENGTH].encode("utf-8", "replace").decode()

    def _without_duplicates(self, batch: Batch[T]) -> Batch[T]:
        if len({getattr(item, self.id_field) for _, item in batch.items}) == len(batch.items):
            return batch
        first: dict[str, tuple[int, T]] = {}
        for index, item in batch.items:
            first.setdefault(item.model_dump_json(), (index, item))
        batch.duplicates = len(batch.items) - len(first)
        batch.items = list(first.values())
        return batch


def loads(body: bytes) -> Any:
    """Parse JSON, including values that pydantic rejects, or raise ValueError or RecursionError.

    A value that pydantic rejects is usually in one item, and only that item must be rejected.
    """
    try:
        return from_json(body)
    except ValueError:
        return json.loads(body.decode(), parse_int=_integer)


def _integer(digits: str) -> Any:
    """Parse an integer; one with thousands of digits becomes a value that every model rejects."""
    try:
        return int(digits)
    except ValueError:
        return _NO_NUMBER


def described(error: ValidationError) -> list[dict[str, str]]:
    """Return pydantic's first errors as {field, detail}, without the offending values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        {"field": ".".join(str(part) for part in one["loc"]) or "body", "detail": one["msg"]}
        for one in found[:SHOWN_ERRORS]
    ]
