"""docs/limits.md's list of parameters and fields: the OpenAPI document's schemas in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.checks import schema_compatibility
from scripts.checks.schema_compatibility import Schema

Document = Mapping[str, Any]

WORDS = {"string": "text", "array": "list"}


def section(document: Document) -> Iterator[str]:
    """Yield a line for each parameter and each field of a request."""
    yield "## Parameters and fields\n"
    yield "What does not fit is 400 for a parameter and 422 for a field of a body; in a batch it"
    yield "rejects that item alone. Operators' bodies may have no other members; what players send"
    yield "besides is ignored.\n"
    yield "| route | where | name | takes |\n|---|---|---|---|"
    notes = []
    for method, path, operation in operations(document):
        route = f"`{method.upper()} {path}`"
        for where, name, takes in _lines(operation, document):
            yield f"| {route} | {where} | `{name}` | {takes} |"
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
        takes = _takes(one["schema"], document, is_needed=one["required"])
        yield one["in"], one["name"], takes
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for body in schema_compatibility.kinds(content["schema"], document):
            for name, takes in _members(body, document, ""):
                yield "body", name, takes


def _members(schema: Schema, document: Document, at: str) -> Iterator[tuple[str, str]]:
    """Yield each field below an object, down to the last, with what it takes."""
    needed = schema.get("required", [])
    for name, one in schema.get("properties", {}).items():
        path = f"{at}.{name}" if at else name
        yield path, _takes(one, document, is_needed=name in needed)
        for kind in schema_compatibility.kinds(one, document):
            yield from _members(kind, document, path)
            for inner in schema_compatibility.kinds(kind.get("items", {}), document):
                yield from _members(inner, document, f"{path}[]")


def _takes(schema: Schema, document: Document, *, is_needed: bool) -> str:
    kinds = [
        one for one in schema_compatibility.kinds(schema, document) if one.get("type") != "null"
    ]
    says = " or ".join(", ".join(_bounds(one)) for one in kinds)
    default = schema.get("default")
    otherwise = f"; else `{default}`" if default not in (None, "") else "; may be absent"
    return (says + ("" if is_needed else otherwise)).replace("|", "\\|")


def _bounds(schema: Schema) -> Iterator[str]:
    listed = schema_compatibility.values(schema)
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
