"""What one line of the logs says, as an event of the console's stream."""

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from emulators.trace import METRIC, SPAN_ID, TRACE

SHOWN = frozenset(("http", "message", "document", "schedule", "pull", "publish", "commit"))
"""The kinds of span that are sent as they happen; a trace shows every kind."""
# What `documents` itself does has the kind of a trigger on a document, but these names.
ACCESS = {"commit": "commit", "delete": "commit", "get": "read", "list": "read"}
# By far the most lines: not even parsed. `logs` writes without spaces.
SKIPPED = (b'"kind":"sql"', b'"message":"metric"')
# Their lines that are no JSON are ours: a traceback, a word of uvicorn's.
PLAIN = frozenset(("functions", "edge"))


class Said(NamedTuple):
    """An event of the stream; time: when its line was written, empty where the line has none."""

    time: str
    event: str
    data: dict[str, Any]


def kind(written: str, name: str, function: str, pulled: Collection[str]) -> str:
    """Return a span's kind; for our own access to documents `commit` or `read`.

    pulled: the functions that empty a topic by a schedule, whose calls are `pull`.
    """
    if written == "document":
        return ACCESS.get(name, written)
    return "pull" if written == "schedule" and function in pulled else written


def event(line: bytes, service: str, pulled: Collection[str]) -> Said | None:
    """Return what a line says, or None when the stream does not show it."""
    if not line.startswith(b"{"):
        return _plain(line, service) if service in PLAIN else None
    if any(text in line for text in SKIPPED):
        return None
    try:
        found = json.loads(line)
        return _span(found, pulled) if "span" in found else _log(found, service)
    except (ValueError, KeyError, TypeError):
        return None  # cut off in the middle: its process was killed


def _span(line: dict[str, Any], pulled: Collection[str]) -> Said | None:
    span, function = line["span"], line.get("function", "")
    found = kind(span["kind"], span["name"], function, pulled)
    if found not in SHOWN:
        return None
    attributes = span.get("attributes", {})
    data = {
        "id": line[SPAN_ID],
        "trace": line[TRACE].rpartition("/")[2],
        "parent": span["parent"],
        "function": function,
        "kind": found,
        "name": span["name"],
        "start": span["start"],
        "ms": span["ms"],
        "failed": span["status"] != "ok",
        "status": attributes.get("status"),
        "attributes": attributes,
    }
    return Said(line["time"], "span", data)


def _log(line: dict[str, Any], service: str) -> Said | None:
    if line["message"] == METRIC:
        return None
    said = {
        "function": line.get("function", service),
        "time": line["time"],
        "severity": line["severity"],
        "message": line["message"],
    }
    if TRACE in line:
        said["trace"] = line[TRACE].rpartition("/")[2]
    return Said(line["time"], "log", said)


def _plain(line: bytes, service: str) -> Said | None:
    text = line.decode("utf-8", "replace").rstrip()
    said = {"function": service, "time": "", "severity": "DEFAULT", "message": text}
    return Said("", "log", said) if text else None
