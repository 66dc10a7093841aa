"""Binds a request to a handler's arguments, according to the handler's signature.

The source of each argument is determined once, when the route is registered. A parameter whose name
is in the path is a path parameter. A parameter of type Player, Creator or Admin receives the
authenticated caller. A parameter of type Batch[Item], Items[Item] or a pydantic model receives the
parsed body, and one of type bytes receives the raw body. A parameter whose type is a Header
receives a required header, and one of type Request receives the rest of the request. Every other
parameter is a query parameter.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from shared.runtime import errors
from shared.runtime.http.batches import Batch, Items, Parser, described
from shared.runtime.identity import Principal
from shared.runtime.revisions import Expected


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that a handler can read in addition to its parameters."""

    headers: dict[bytes, bytes]
    received_at: datetime


class Header:
    """Mixin for the header types that a handler can require."""

    __slots__ = ()
    name: ClassVar[str]
    description: ClassVar[str]
    schema: ClassVar[dict[str, Any]] = {"type": "string"}
    failures: ClassVar[tuple[type[errors.ProblemError], ...]]

    @classmethod
    def read(cls, given: str | None) -> Self:
        """Return the header's value, or raise an error if the header is missing or invalid."""
        raise NotImplementedError


class IfMatch(Header, Expected):
    """The revisions in an `If-Match` header; domain code compares them with the current one."""

    __slots__ = ()
    name = "If-Match"
    description = "The ETag of the resource as it was last read, or `*`."
    failures = (errors.PreconditionFailed, errors.PreconditionRequired)

    @classmethod
    def read(cls, given: str | None) -> Self:
        """Return the strong ETags without quotes.

        Raises PreconditionRequired if the header is missing.
        """
        if given is None:
            raise errors.PreconditionRequired("send `If-Match` with the ETag that you have read")
        tags = [one.strip() for one in given.split(",")]
        quoted = (tag[1:-1] for tag in tags if len(tag) > 1 and tag[0] == tag[-1] == '"')
        return cls([*(["*"] if "*" in tags else []), *(tag for tag in quoted if tag != "*")])


class _Parameters(BaseModel):
    """Base class for the model of a route's path and query parameters."""

    model_config = ConfigDict(frozen=True)


class Signature(NamedTuple):
    """A handler's parameter types and return type."""

    path_names: tuple[str, ...]
    query_aliases: dict[str, str]
    parameters: type[BaseModel] | None
    answer: Any
    headers: dict[str, type[Header]]
    body_name: str | None = None
    body: type[BaseModel] | None = None
    batch: Parser[Any] | None = None
    caller_name: str | None = None
    role: str | None = None
    request_name: str | None = None
    transaction_name: str | None = None

    @property
    def reads_body(self) -> bool:
        """Return whether the handler needs the body."""
        return self.body_name is not None


def examine(
    handler: Callable[..., Any],
    path_names: tuple[str, ...],
    max_items: int,
    transaction: type | None = None,
) -> Signature:
    """Return a handler's signature, or raise TypeError if it is not supported.

    transaction: the type of the parameter that receives the open transaction, if any.
    """
    hints = get_type_hints(handler, include_extras=True)
    found: dict[str, Any] = {"headers": {}}
    fields: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    for name, parameter in inspect.signature(handler).parameters.items():
        kind = hints[name]
        special = _special(name, kind, max_items, transaction)
        if special is not None:
            found |= special
        elif inspect.isclass(kind) and issubclass(kind, Header):
            found["headers"][name] = kind
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
        answer=hints.get("return"),
        **found,
    )


def _special(
    name: str, kind: Any, max_items: int, transaction: type | None
) -> dict[str, Any] | None:
    """Return a parameter's role, or None for a header, path or query parameter."""
    if (origin := get_origin(kind)) in {Batch, Items}:
        return {"body_name": name, "batch": Parser(get_args(kind)[0], max_items, origin)}
    if not inspect.isclass(kind):
        return None
    if issubclass(kind, Principal):
        return {"caller_name": name, "role": getattr(kind, "role", "player")}
    if kind in {Request, transaction}:
        return {"request_name" if kind is Request else "transaction_name": name}
    if issubclass(kind, (BaseModel, bytes)):
        return {"body_name": name, "body": None if kind is bytes else kind}
    return None


def parameters(signature: Signature, path: dict[str, str], query: bytes) -> dict[str, Any]:
    """Return the validated path and query arguments.

    Raises BadRequest with a list of the invalid parameters.
    """
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
    """Return the header arguments, or raise an error for a missing or invalid header."""
    found: dict[str, Header] = {}
    for name, kind in signature.headers.items():
        value = given.get(kind.name.lower().encode())
        found[name] = kind.read(None if value is None else value.decode("latin-1"))
    return found


def body(signature: Signature, raw: bytes) -> Any:
    """Return the body argument, or raise BadRequest, Unprocessable or TooLarge."""
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
