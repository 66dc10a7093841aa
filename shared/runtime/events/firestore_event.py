"""Decodes Firestore's event payload, `google.events.cloud.firestore.v1.DocumentEventData`."""

import re
from datetime import UTC
from typing import Any

from google.events.cloud.firestore_v1.types.data import DocumentEventData
from google.protobuf.message import DecodeError

from shared.runtime.events.envelope import Event, Unreadable
from shared.runtime.tracing import parse

_VARIABLE = re.compile(r"\{([A-Za-z_]+)\}")


def decode(event: Event) -> dict[str, Any] | None:
    """Return the document's fields after the change, or None if the document was deleted."""
    payload = _payload(event)
    if not payload.HasField("value"):
        return None
    return {name: _value(value) for name, value in payload.value.fields.items()}


def changed_nothing(event: Event) -> bool:
    """Return whether the event is the deletion of a document that did not exist."""
    payload = _payload(event)
    return not payload.HasField("value") and not payload.HasField("old_value")


def path_variables(pattern: str, event: Event) -> dict[str, str]:
    """Return the values that `pattern`'s variables have in the changed document's path.

    The path is read from the payload, because each sender encodes non-ASCII characters in headers
    differently.
    """
    payload = _payload(event)
    changed = payload.value if payload.HasField("value") else payload.old_value
    path = changed.name.partition("/documents/")[2]
    expression = _VARIABLE.sub(r"(?P<\1>[^/]+)", pattern)
    found = re.fullmatch(expression, path)
    if found is None:
        reason = f"the document `{path}` does not match `{pattern}`"
        raise Unreadable(reason)
    return found.groupdict()


def _payload(event: Event) -> Any:
    try:
        return DocumentEventData.pb().FromString(event.data)
    except DecodeError as error:
        reason = "the body is not a Firestore event"
        raise Unreadable(reason) from error


def traceparent(document: dict[str, Any] | None) -> str | None:
    """Return the trace context of the request that wrote the document."""
    written = (document or {}).get("traceparent")
    return written if isinstance(written, str) and parse(written) else None


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value_type")
    if kind is None or kind == "null_value":
        return None
    found = getattr(value, kind)
    if kind == "map_value":
        return {name: _value(one) for name, one in found.fields.items()}
    if kind == "array_value":
        return [_value(one) for one in found.values]
    if kind == "timestamp_value":
        return found.ToDatetime(tzinfo=UTC)
    if kind == "geo_point_value":
        return {"latitude": found.latitude, "longitude": found.longitude}
    return found
