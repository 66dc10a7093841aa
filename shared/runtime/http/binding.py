"""From a handler's signature to its arguments.

Decided once when the route is registered: a name in the path is a path parameter; Player,
Creator or Admin is the authenticated caller; Batch[Item] and a pydantic model are the body, and
bytes are the body as it came; a Header is one that the handler demands; Request is what is left
of the request; everything else is a query parameter.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from shared.runtime import errors
from shared.runtime.http.batches import Batch, Parser, described
from shared.runtime.identity import Principal


@dataclass(frozen=True, slots=True)
class Request:
    """What a handler may know of its request besides its parameters."""

    headers: dict[bytes, bytes]
    received_at: datetime


class Header(str):
    """A request header that a handler demands: without a good one it is not called."""

    __slots__ = ()
    name: ClassVar[str]
    description: ClassVar[str]
    schema: ClassVar[dict[str, Any]] = {"type": "string"}
    failures: ClassVar[tuple[type[errors.ProblemError], ...]]

    @classmethod
    def read(cls, given: str | None) -> Self:
        """Return the header's value as it was given; raise what a bad or missing one is."""
        raise NotImplementedError


class _Parameters(BaseModel):
    """Base of the model that holds one route's path and query parameters."""

    model_config = ConfigDict(frozen=True)


class Signature(NamedTuple):
    """What a handler takes and gives."""

    path_names: tuple[str, ...]
    query_aliases: dict[str, str]
    parameters: type[BaseModel] | None
    body_name: str | None
    body: type[BaseModel] | None
    batch: Parser[Any] | None
    caller_name: str | None
    role: str | None
    request_name: str | None
    headers: dict[str, type[Header]]
    answer: Any

    @property
    def reads_body(self) -> bool:
        """Tell whether the body is needed at all."""
        return self.body_name is not None


def examine(handler: Callable[..., Any], path_names: tuple[str, ...], max_items: int) -> Signature:
    """Return the signature of a handler; raise TypeError where it cannot be served."""
    hints = get_type_hints(handler, include_extras=True)
    answer = hints.pop("return", None)
    names = ("body_name", "body", "batch", "caller_name", "role", "request_name")
    found: dict[str, Any] = {**dict.fromkeys(names), "headers": {}}
    fields: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    for name, parameter in inspect.signature(handler).parameters.items():
        kind = hints[name]
        if get_origin(kind) is Batch:
            found |= {"body_name": name, "batch": Parser(get_args(kind)[0], max_items)}
        elif inspect.isclass(kind) and issubclass(kind, Principal):
            found |= {"caller_name": name, "role": getattr(kind, "role", "player")}
        elif inspect.isclass(kind) and issubclass(kind, Header):
            found["headers"][name] = kind
        elif kind is Request:
            found["request_name"] = name
        elif inspect.isclass(kind) and issubclass(kind, (BaseModel, bytes)):
            found |= {"body_name": name, "body": None if kind is bytes else kind}
        else:
            default = ... if parameter.default is parameter.empty else parameter.default
            # A trailing underscore frees a Python keyword: `from_` is the query's `from`.
            aliases[name.rstrip("_")] = name
            fields[name] = (kind, Field(default, alias=name.rstrip("_")))
    lacking = set(path_names) - set(fields)
    if lacking:
        message = f"{handler.__name__} takes no parameter for {sorted(lacking)} of its path"
        raise TypeError(message)
    query = {alias: name for alias, name in aliases.items() if name not in path_names}
    name = f"{handler.__name__}_parameters"
    model = create_model(name, __base__=_Parameters, **fields) if fields else None
    return Signature(
        path_names=path_names,
        query_aliases=query,
        parameters=model,
        answer=answer,
        **found,
    )


def parameters(signature: Signature, path: dict[str, str], query: bytes) -> dict[str, Any]:
    """Return the path and query arguments, typed; raise BadRequest naming what does not parse."""
    if signature.parameters is None:
        return {}
    given: dict[str, Any] = dict(path)
    if query:
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=100)
        except ValueError as error:
            message = "the query string cannot be read"
            raise errors.BadRequest(message) from error
        given |= {key: value for key, value in pairs if key in signature.query_aliases}
    try:
        model = signature.parameters.model_validate(given)
    except ValidationError as error:
        raise _unreadable("a parameter does not parse", error) from error
    return vars(model)


def headers(signature: Signature, given: dict[bytes, bytes]) -> dict[str, Header]:
    """Return the header arguments; raise what the lack of one is."""
    found: dict[str, Header] = {}
    for name, kind in signature.headers.items():
        value = given.get(kind.name.lower().encode())
        found[name] = kind.read(None if value is None else value.decode("latin-1"))
    return found


def body(signature: Signature, raw: bytes) -> Any:
    """Return the body argument; raise BadRequest, Unprocessable or TooLarge."""
    if signature.batch is not None:
        return signature.batch.parse(raw)
    if signature.body is None:
        return raw
    try:
        return signature.body.model_validate_json(raw)
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] == "json_invalid":
            raise _unreadable("the body is not JSON", error) from error
        message = "the body has the wrong shape"
        raise errors.Unprocessable(message, errors=described(error)) from error


def _unreadable(what: str, error: ValidationError) -> errors.BadRequest:
    listed = described(error)
    named = "; ".join(f"{one['field']}: {one['detail']}" for one in listed)
    return errors.BadRequest(f"{what}: {named}", errors=listed)
