"""Batches of items, each validated alone: `{sent_at, items}` in, a receipt out.

The whole fails only for the whole: not JSON 400, no list 422, too many 413. A broken item
rejects that item only.
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
from shared.runtime.errors import CommonCode

T = TypeVar("T", bound=BaseModel)

SHOWN_ID_LENGTH = 100
# A body can have an error every two bytes: the answer must not be larger than the question.
SHOWN_ERRORS = 50

_NO_NUMBER = object()
_SENT_AT = (
    "The client's clock at the moment of this send. "
    "Stamp it anew at every send, retries too: an old one moves the items."
)


# Most functions take no batch: their cold start does not wait for these models.
_ON_FIRST_USE = ConfigDict(defer_build=True)


class Rejection(BaseModel):
    """Why one item was not taken."""

    model_config = _ON_FIRST_USE

    index: int
    id: str | None = None
    code: errors.Code
    detail: str
    retry: errors.Retry


class Receipt(BaseModel):
    """What became of a batch."""

    model_config = _ON_FIRST_USE

    accepted: int
    duplicates: int
    rejected: list[Rejection]


@dataclass
class Batch(Generic[T]):
    """A batch as the function sees it: valid items with their index, and what was refused.

    duplicates: items left out because an earlier one in this batch is the same. One that only has
        the same id stays: the domain may refuse the first and take the second.
    """

    sent_at: datetime
    items: list[tuple[int, T]]
    duplicates: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def reject(self, index: int, item_id: str | None, code: errors.Code, detail: str) -> None:
        """Refuse one item for a reason that only the domain knows."""
        retry = code.meaning.retry
        rejection = Rejection(index=index, id=item_id, code=code, detail=detail, retry=retry)
        self.rejected.append(rejection)

    def receipt(self, accepted: int) -> Receipt:
        """Return what the client is told, rejections in the order of the items."""
        rejected = sorted(self.rejected, key=lambda one: one.index)
        return Receipt(accepted=accepted, duplicates=self.duplicates, rejected=rejected)


class _Envelope(BaseModel):
    """A batch whose items nobody has looked at yet."""

    model_config = ConfigDict(strict=True, defer_build=True)

    sent_at: Annotated[
        AwareDatetime,
        Field(strict=False, description=_SENT_AT, examples=["2026-11-24T20:08:05+01:00"]),
        BeforeValidator(clock.written_out),
    ]
    items: list[Any]


class Parser(Generic[T]):
    """Reads the batches of one item model: all at once, or item by item when one is broken."""

    def __init__(self, item: type[T], limit: int) -> None:
        self.item = item
        self.limit = limit
        self.id_field: str = item.item_id  # type: ignore[attr-defined]
        self.model: type[BaseModel] = create_model(
            f"{item.__name__}Batch",
            __base__=_Envelope,
            items=(list[item], Field(max_length=limit)),  # type: ignore[valid-type]
        )

    def parse(self, body: bytes) -> Batch[T]:
        """Return the batch in `body`; raise BadRequest, Unprocessable or TooLarge for the whole."""
        try:
            good: Any = self.model.model_validate_json(body)
        except ValidationError:
            return self._parse_each(body)
        return self._without_duplicates(Batch(good.sent_at, list(enumerate(good.items))))

    def _parse_each(self, body: bytes) -> Batch[T]:
        try:
            raw = loads(body)
        except (ValueError, RecursionError) as error:
            message = f"the body is not JSON: {error}"
            raise errors.BadRequest(message) from error
        if isinstance(raw, dict) and isinstance(raw.get("items"), list):
            self._count(len(raw["items"]))
        try:
            envelope = _Envelope.model_validate(raw)
        except ValidationError as error:
            message = "the body must be `{sent_at, items: [...]}`"
            raise errors.Unprocessable(message, errors=described(error)) from error
        batch: Batch[T] = Batch(envelope.sent_at, [])
        for index, one in enumerate(envelope.items):
            try:
                batch.items.append((index, self.item.model_validate_json(to_json(one))))
            except ValidationError as error:
                detail = "; ".join(f"{at['field']}: {at['detail']}" for at in described(error))
                batch.reject(
                    index,
                    self._shown_id(one),
                    CommonCode.INVALID_ITEM,
                    detail[:500],
                )
            except ValueError:
                detail = "body: it holds an endless number, half a character or endless nesting"
                batch.reject(index, self._shown_id(one), CommonCode.INVALID_ITEM, detail)
        return self._without_duplicates(batch)

    def _count(self, actual: int) -> None:
        if actual > self.limit:
            message = f"a batch may hold {self.limit} items; this one holds {actual}"
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
    """Return what JSON says, also what pydantic refuses of it; raise ValueError, RecursionError.

    What pydantic refuses is in one item, as a rule, and must cost that item only.
    """
    try:
        return from_json(body)
    except ValueError:
        return json.loads(body.decode(), parse_int=_integer)


def _integer(digits: str) -> Any:
    """Return the number, or for one of thousands of digits what no model takes."""
    try:
        return int(digits)
    except ValueError:
        return _NO_NUMBER


def described(error: ValidationError) -> list[dict[str, str]]:
    """Return pydantic's first findings as {field, detail}; never the offending value."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        {"field": ".".join(str(part) for part in one["loc"]) or "body", "detail": one["msg"]}
        for one in found[:SHOWN_ERRORS]
    ]
