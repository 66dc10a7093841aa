"""Reads the local cloud's traces and logs; for other deployments, builds Cloud Logging queries."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ops.mcp.deployment import Deployment, cut

Severity = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
TraceId = Annotated[
    str,
    Field(
        pattern=r"^(00-)?[0-9a-fA-F]{4,32}(-[0-9a-fA-F]{16}-[0-9a-fA-F]{2})?$",
        description="a traceparent, a trace id, or at least its first four characters",
    ),
]
SEVERITIES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SHOWN = ("time", "severity", "function", "message", "event_id", "code", "reason", "stack_trace")
TRACE = "logging.googleapis.com/trace"


@dataclass(frozen=True)
class Filter:
    """A filter for log lines: minimum severity, function, text to find and number of lines."""

    severity: Severity
    function: str | None
    contains: str | None
    limit: int


def trace(deployment: Deployment, trace_id: str) -> str:
    """Return a trace as a text tree, or the query that finds the trace."""
    if deployment.url:
        number = trace_id.lower().removeprefix("00-").partition("-")[0]
        return _query(deployment.url, f'trace:"traces/{number}"')
    from ops import local_cloud  # noqa: PLC0415 - production needs no emulators

    return cut(local_cloud.draw_trace(deployment.state, trace_id))


def lines(deployment: Deployment, wanted: Filter) -> dict[str, Any]:
    """Return the last matching log lines, newest last, or the query that finds those lines."""
    if deployment.url:
        return {"elsewhere": _lines_query(deployment.url, wanted)}
    from ops import local_cloud  # noqa: PLC0415 - production needs no emulators

    folder = local_cloud.logs(deployment.state)
    found = sorted(
        (line for file in folder.glob("*.log*") for line in _matching(file, wanted)),
        key=lambda line: str(line.get("time", "")),
    )
    return {"items": [_shown(line) for line in found[-wanted.limit :]]}


def _lines_query(url: str, wanted: Filter) -> str:
    parts = [f"severity>={wanted.severity}"]
    if wanted.function:
        parts.append(f'jsonPayload.function="{wanted.function}"')
    if wanted.contains:
        parts.append(f"SEARCH({json.dumps(wanted.contains)})")
    return _query(url, " AND ".join(parts))


def _query(url: str, query: str) -> str:
    return f"The logs of {url} are in Cloud Logging. Query:\n{query}"


def _matching(file: Path, wanted: Filter) -> Iterator[dict[str, Any]]:
    """Return a file's last matching lines."""
    needle = (wanted.contains or "").encode()
    severe = SEVERITIES[SEVERITIES.index(wanted.severity) :]
    last: deque[dict[str, Any]] = deque(maxlen=wanted.limit)
    with file.open("rb") as log:
        for raw in log:
            if needle not in raw:
                continue
            try:
                line = json.loads(raw)
            except ValueError:
                continue  # another program's line, or a truncated one
            if not isinstance(line, dict) or line.get("severity") not in severe:
                continue
            if wanted.function in {None, line.get("function")}:
                last.append(line)
    return iter(last)


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    shown = {name: line[name] for name in SHOWN if name in line}
    shown |= {name: cut(value) for name, value in shown.items() if isinstance(value, str)}
    if TRACE in line:
        shown["trace"] = line[TRACE].rpartition("/")[2]
    return shown
