"""Converts a local log line into an event for the console's stream."""

import json
import math
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from emulators.console.trace import METRIC, SPAN_ID, TRACE, kind
from shared.runtime import clock

RUNS = frozenset(("http", "message", "document", "schedule", "pull"))
"""The kinds of span that represent one run of a function."""
SHOWN = RUNS | {"publish", "commit"}
"""The kinds of span that are streamed; a trace shows all kinds."""
# Most lines match one of these and are dropped unparsed; `logs` writes JSON without spaces.
SKIPPED = (b'"kind":"sql"', b'"message":"metric"')
# The non-JSON lines of these services are shown: tracebacks and uvicorn's own messages.
PLAIN_TEXT = frozenset(("functions", "edge"))
MAX_TEXT = 4000


class Event(NamedTuple):
    """An event of the console's stream; `time` is empty if the log line has no timestamp."""

    time: str
    name: str
    data: dict[str, Any]


def parse(line: bytes, service: str, pulled: Collection[str]) -> Event | None:
    """Return the event for a log line, or None if the stream omits such lines."""
    if not line.startswith(b"{"):
        return _plain_text(line, service) if service in PLAIN_TEXT else None
    if any(text in line for text in SKIPPED):
        return None
    try:
        parsed = json.loads(line)
        return _span(parsed, pulled) if "span" in parsed else _log(parsed, service)
    except Exception:  # noqa: BLE001 - a truncated line, or JSON from another program
        return None


def _span(line: dict[str, Any], pulled: Collection[str]) -> Event | None:
    span, function = line["span"], line.get("function", "")
    span_kind = kind(span["kind"], span["name"], function, pulled)
    if span_kind not in SHOWN:
        return None
    attributes = {name: _bounded(value) for name, value in span.get("attributes", {}).items()}
    data = {
        "id": str(line[SPAN_ID]),
        "trace": line[TRACE].rpartition("/")[2],
        "parent": _bounded(span["parent"]),
        "function": _bounded(str(function)),
        "kind": span_kind,
        "name": _bounded(str(span["name"])),
        "start": clock.rfc3339(datetime.fromisoformat(span["start"])),
        "ms": _finite(span["ms"]),
        "failed": span["status"] != "ok",
        "status": attributes.get("status"),
        "attributes": attributes,
    }
    return Event(_time(line), "span", data)


def _log(line: dict[str, Any], service: str) -> Event | None:
    if line["message"] == METRIC:
        return None
    data = {
        "function": _bounded(str(line.get("function", service))),
        "time": _time(line),
        "severity": _bounded(str(line["severity"])),
        "message": _bounded(str(line["message"])),
    }
    if TRACE in line:
        data["trace"] = line[TRACE].rpartition("/")[2]
    if "stack_trace" in line:
        data["stack_trace"] = _bounded(str(line["stack_trace"]))
    return Event(data["time"], "log", data)


def _plain_text(line: bytes, service: str) -> Event | None:
    text = line.decode("utf-8", "replace").rstrip()
    data = {"function": service, "time": "", "severity": "DEFAULT", "message": _bounded(text)}
    return Event("", "log", data) if text else None


def _time(line: dict[str, Any]) -> str:
    """Return a log line's timestamp, or an empty string if the timestamp is not a string."""
    time = line["time"]
    return time if isinstance(time, str) else ""


def _finite(value: Any) -> float:
    if not math.isfinite(float(value)):
        raise ValueError("JSON has no such number")
    return float(value)


def _bounded(value: Any) -> Any:
    """Return numbers and None unchanged, and any other value as at most MAX_TEXT characters."""
    if value is None or (isinstance(value, int | float) and math.isfinite(value)):
        return value
    text = str(value)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
