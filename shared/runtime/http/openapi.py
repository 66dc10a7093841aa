"""Generates an OpenAPI 3.1 document from the routes; deployed functions do not import it."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema

from shared.runtime import errors
from shared.runtime.errors import Code, Retry
from shared.runtime.http.api import Api
from shared.runtime.http.batches import Receipt
from shared.runtime.http.replies import Moved, Reply
from shared.runtime.http.routes import Route

REF = "#/components/schemas/{model}"
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


class FieldError(BaseModel):
    """An error in one field or parameter, where `field` is its dotted path."""

    field: str
    detail: str


class Problem(BaseModel):
    """An RFC 9457 problem; clients evaluate `code` and `retry`, and developers read the text."""

    type: str
    title: str
    status: int
    detail: str
    code: Code
    retry: Retry
    trace: str | None = None
    errors: list[FieldError] | None = Field(
        None, description="With 400 and 422: the invalid fields or parameters, if known."
    )
    limit: int | None = Field(None, description="With 413: the maximum, in bytes or items.")
    actual: int | None = Field(
        None, description="With 413: the actual size, as far as it was counted."
    )


class _Schemas(GenerateJsonSchema):
    """Generates schemas in which nullable response members are optional, as nulls are omitted."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001  pydantic's signature
    ) -> bool:
        """Return whether a response member is always present."""
        left_out = self.mode == "serialization" and field["schema"]["type"] == "nullable"
        return not left_out and super().field_is_required(field, total)


def document(apis: Iterable[Api], *, version: str, server: str) -> dict[str, Any]:
    """Return the OpenAPI document for all `apis`; the same code always yields the same document."""
    listed = sorted(
        ((api, route) for api in apis for route in api.table.routes),
        key=lambda pair: (pair[1].path, pair[1].method),
    )
    schemas, models = _schemas([route for _, route in listed])
    paths: dict[str, Any] = {}
    for api, route in listed:
        operation = _operation(api, route, schemas)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Savepoint",
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": models,
            "securitySchemes": {
                "id_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _schemas(routes: list[Route]) -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
        (Problem, "serialization"): None,
        (Receipt, "serialization"): None,
    }
    for route in routes:
        wanted |= dict.fromkeys(_models(route))
    references, definitions = models_json_schema(
        list(wanted), ref_template=REF, schema_generator=_Schemas
    )
    # pydantic distinguishes models of the same name by their modules, which clients do not know.
    if clashes := [name for name in definitions["$defs"] if "__" in name]:
        message = f"models share a name, rename them: {', '.join(sorted(clashes))}"
        raise TypeError(message)
    return references, dict(sorted(_completed(definitions["$defs"]).items()))


def _completed(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas, including the codes and members of all errors."""
    found: dict[str, Any] = _with_codes(definitions)
    values = [str(code) for code in errors.codes()]
    found["Code"] = {
        "description": Code.__doc__,
        "enum": values,
        "title": "Code",
        "type": "string",
    }
    for kind in errors.ProblemError.__subclasses__():
        for name, meaning in kind.documented.items():
            found["Problem"]["properties"][name] = {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "default": None,
                "description": meaning,
                "title": name.replace("_", " ").title(),
            }
    return found


def _with_codes(schema: Any) -> Any:
    """Return a schema with a reference to the error codes in place of pydantic's empty enum."""
    if isinstance(schema, list):
        return [_with_codes(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("enum") == []:
        return {"$ref": REF.format(model="Code")}
    return {key: _with_codes(value) for key, value in schema.items()}


def _models(route: Route) -> Iterator[tuple[type[BaseModel], JsonSchemaMode]]:
    answer = answer_model(route)
    if answer is not None:
        yield answer, "serialization"
    if route.signature.batch is not None:
        yield route.signature.batch.model, "validation"
    if route.signature.body is not None:
        yield route.signature.body, "validation"


def answer_model(route: Route) -> type[BaseModel] | None:
    """Return the model of a route's response, or None if it has no body."""
    for answer in _alternatives(route):
        model = get_args(answer)[0] if get_origin(answer) is Reply else answer
        if isinstance(model, type) and issubclass(model, BaseModel):
            return model
    return None


def _alternatives(route: Route) -> tuple[Any, ...]:
    answer = route.signature.answer
    return get_args(answer) if get_origin(answer) is Union else (answer,)


def _operation(api: Api, route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    doc = (route.handler.__doc__ or route.handler.__name__).strip()
    operation: dict[str, Any] = {
        "operationId": operation_id(route.handler),
        "summary": doc.splitlines()[0],
        "tags": [api.manifest.name],
        "parameters": _parameters(route),
        "responses": _responses(route, schemas),
    }
    if "\n" in doc:
        operation["description"] = "\n".join(line.strip() for line in doc.splitlines()[1:]).strip()
    if route.signature.reads_body:
        operation["requestBody"] = {"required": True, "content": _content(route, schemas)}
        operation["x-limits"] = _limits(api, route)
    if route.role is not None:
        operation["security"] = [{"id_token": []}]
        operation["x-role"] = route.role
    if route.headers:
        operation["deprecated"] = True
    return operation


def _content(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    body = _body(route)
    if body is None:
        return {"application/octet-stream": {"schema": {}}}
    return {"application/json": {"schema": schemas[body, "validation"], **_example(route)}}


def _body(route: Route) -> type[BaseModel] | None:
    batch = route.signature.batch
    return batch.model if batch is not None else route.signature.body


def _example(route: Route) -> dict[str, Any]:
    """Return an example that can be sent unchanged; a batch contains its items' examples."""
    batch = route.signature.batch
    examples = _examples(batch.item if batch else route.signature.body)
    if not examples or batch is None:
        return {"example": examples[0]} if examples else {}
    envelope = {
        name: field.examples[0]
        for name, field in batch.model.model_fields.items()
        if field.examples
    }
    return {"example": {**envelope, "items": examples}}


def _examples(model: type[BaseModel] | None) -> list[Any]:
    extra = model.model_config.get("json_schema_extra") if model else None
    found = extra.get("examples") if isinstance(extra, dict) else None
    return found if isinstance(found, list) else []


def _limits(api: Api, route: Route) -> dict[str, int]:
    """Return the limits that a client can check before sending.

    A request that exceeds a limit is rejected with a 413.
    """
    limits = {"body_bytes": api.manifest.limits.body_bytes}
    batch = route.signature.batch
    return limits if batch is None else limits | {"items": batch.limit}


def _parameters(route: Route) -> list[dict[str, Any]]:
    model = route.signature.parameters
    headers = [
        {
            "name": one.name,
            "in": "header",
            "description": one.description,
            "required": True,
            "schema": one.schema,
        }
        for one in route.signature.headers.values()
    ]
    if model is None:
        return headers
    schema = create_model(f"{route.handler.__name__}_query", __base__=model).model_json_schema()
    required = set(schema.get("required", []))
    properties = _inlined(schema["properties"], schema.get("$defs", {}))
    in_path = set(_VARIABLE.findall(route.path))
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path or name in required,
            "schema": {key: value for key, value in one.items() if key != "title"},
        }
        for name, one in properties.items()
    ] + headers


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a parameter's schema with its references inlined.

    The OpenAPI document does not contain the targets of these references.
    """
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = definitions[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else {}
    whole = {**found, **schema}
    return {key: _inlined(one, definitions) for key, one in whole.items() if key != "$ref"}


def _responses(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    model = answer_model(route)
    good: dict[str, Any] = {"description": "Done"}
    if model is not None:
        good["content"] = {"application/json": {"schema": schemas[model, "serialization"]}}
    responses = {str(route.status): good}
    if route.method == "GET":
        responses["304"] = {"description": "Not modified: the caller's copy is current"}
    if Moved in _alternatives(route):
        location = {"Location": {"required": True, "schema": {"type": "string"}}}
        responses["308"] = {"description": "Moved permanently", "headers": location}
    problem = {"application/problem+json": {"schema": schemas[Problem, "serialization"]}}
    failures = [errors.BadRequest, errors.NotFound, errors.Unavailable]
    if route.role is not None:
        failures += [errors.Unauthenticated, errors.Forbidden]
    if route.signature.body_name:
        failures += [errors.Unprocessable, errors.TooLarge]
    failures += [one for header in route.signature.headers.values() for one in header.failures]
    for failure in sorted(failures, key=lambda one: one.status):
        title = failure.code.meaning.title
        responses[str(failure.status)] = {"description": title, "content": problem}
    return responses


def operation_id(handler: Callable[..., Any]) -> str:
    """Return a handler's name in camel case, such as `listGames` for `list_games`."""
    first, *rest = handler.__name__.split("_")
    return first + "".join(word.capitalize() for word in rest)
