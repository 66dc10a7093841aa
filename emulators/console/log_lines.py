"""What one line of the logs says, as an event of the console's stream."""

import json
import math
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from emulators.console.trace import METRIC, SPAN_ID, TRACE
from shared.runtime import clock

RUNS = frozenset(("http", "message", "document", "schedule", "pull"))
"""The kinds of span that are a function's run."""
SHOWN = RUNS | {"publish", "commit"}
"""The kinds of span that are sent as they happen; a trace shows every kind."""
# What `documents` itself does has the kind of a trigger on a document, but these names.
ACCESS = {"commit": "commit", "delete": "commit", "get": "read", "list": "read"}
# By far the most lines: not even parsed. `logs` writes without spaces.
SKIPPED = (b'"kind":"sql"', b'"message":"metric"')
# Their lines that are no JSON are ours: a traceback, a word of uvicorn's.
PLAIN = frozenset(("functions", "edge"))
LONGEST_TEXT = 4000


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
    except Exception:  # noqa: BLE001 - cut off when its process was killed, or anybody's print
        return None


def _span(line: dict[str, Any], pulled: Collection[str]) -> Said | None:
    span, function = line["span"], line.get("function", "")
    found = kind(span["kind"], span["name"], function, pulled)
    if found not in SHOWN:
        return None
    attributes = {name: _bounded(value) for name, value in span.get("attributes", {}).items()}
    data = {
        "id": str(line[SPAN_ID]),
        "trace": line[TRACE].rpartition("/")[2],
        "parent": _bounded(span["parent"]),
        "function": _bounded(str(function)),
        "kind": found,
        "name": _bounded(str(span["name"])),
        "start": clock.rfc3339(datetime.fromisoformat(span["start"])),
        "ms": _finite(span["ms"]),
        "failed": span["status"] != "ok",
        "status": attributes.get("status"),
        "attributes": attributes,
    }
    return Said(_time(line), "span", data)


def _log(line: dict[str, Any], service: str) -> Said | None:
    if line["message"] == METRIC:
        return None
    said = {
        "function": _bounded(str(line.get("function", service))),
        "time": _time(line),
        "severity": _bounded(str(line["severity"])),
        "message": _bounded(str(line["message"])),
    }
    if TRACE in line:
        said["trace"] = line[TRACE].rpartition("/")[2]
    if "stack_trace" in line:
        said["stack_trace"] = _bounded(str(line["stack_trace"]))
    return Said(said["time"], "log", said)


def _plain(line: bytes, service: str) -> Said | None:
    text = line.decode("utf-8", "replace").rstrip()
    said = {"function": service, "time": "", "severity": "DEFAULT", "message": _bounded(text)}
    return Said("", "log", said) if text else None


def _time(line: dict[str, Any]) -> str:
    """Return when a line was written; empty where it says nothing to sort by."""
    time = line["time"]
    return time if isinstance(time, str) else ""


def _finite(value: Any) -> float:
    if not math.isfinite(float(value)):
        raise ValueError("no page could read this number")
    return float(value)


def _bounded(value: Any) -> Any:
    """Return a plain value as it is, anything else as text of a bounded length."""
    if value is None or (isinstance(value, int | float) and math.isfinite(value)):
        return value
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
