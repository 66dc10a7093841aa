"""Describes the OpenAPI document's parameters and fields in words, for docs/limits.md."""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.checks.schema_compatibility import Schema, kinds, values

Document = Mapping[str, Any]

WORDS = {"string": "text", "array": "list"}


def section(document: Document) -> Iterator[str]:
    """Yield a row for each parameter and each field of a request body."""
    yield "## Parameters and fields\n"
    yield "An invalid parameter returns 400, and an invalid field in a body returns 422. In a"
    yield "batch, only the item with the invalid field is rejected. Unknown fields are rejected in"
    yield "requests from operators and ignored in requests from players.\n"
    yield "| route | in | name | accepts |\n|---|---|---|---|"
    notes = []
    for method, path, operation in operations(document):
        route = f"`{method.upper()} {path}`"
        for where, name, accepts in _lines(operation, document):
            yield f"| {route} | {where} | `{name}` | {accepts} |"
        if "description" in operation:
            notes.append(f"- {route}: {' '.join(operation['description'].split())}")
    yield from ["", *notes, ""]


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield each operation with its method and path."""
    for path, found in document["paths"].items():
        for method, operation in found.items():
            yield method, path, operation


def _lines(operation: Document, document: Document) -> Iterator[tuple[str, str, str]]:
    for one in operation["parameters"]:
        yield one["in"], one["name"], _accepts(one["schema"], document, required=one["required"])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for body in kinds(content["schema"], document):
            yield from (("body", *one) for one in _members(body, document, ""))


def _members(schema: Schema, document: Document, at: str) -> Iterator[tuple[str, str]]:
    """Yield each field of an object and the values that it accepts, recursively."""
    required = schema.get("required", [])
    for name, one in schema.get("properties", {}).items():
        path = f"{at}.{name}" if at else name
        yield path, _accepts(one, document, required=name in required)
        for kind in kinds(one, document):
            yield from _members(kind, document, path)
            for inner in kinds(kind.get("items", {}), document):
                yield from _members(inner, document, f"{path}[]")


def _accepts(schema: Schema, document: Document, *, required: bool) -> str:
    found = [one for one in kinds(schema, document) if one.get("type") != "null"]
    accepts = " or ".join(", ".join(_bounds(one)) for one in found)
    default = schema.get("default")
    optional = f"; default `{default}`" if default not in (None, "") else "; optional"
    return (accepts + ("" if required else optional)).replace("|", "\\|")


def _bounds(schema: Schema) -> Iterator[str]:
    listed = values(schema)
    if listed is not None:
        yield " ".join(f"`{one}`" for one in listed)
        return
    kind: str = schema.get("type", "any")
    yield WORDS.get(kind, kind)
    if "format" in schema:
        yield schema["format"]
    if "pattern" in schema:
        yield f"`{schema['pattern']}`"
    yield from _range(schema.get("minimum"), schema.get("maximum"), "")
    yield from _range(schema.get("minLength"), schema.get("maxLength"), " characters")
    yield from _range(schema.get("minItems"), schema.get("maxItems"), " items")


def _range(least: float | None, most: float | None, what: str) -> Iterator[str]:
    if least is not None and most is not None:
        yield f"{least:,} to {most:,}{what}"
    elif least is not None:
        yield f"at least {least:,}{what}"
    elif most is not None:
        yield f"at most {most:,}{what}"
