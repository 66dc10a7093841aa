"""Traces and log lines: from the local cloud's files, elsewhere as a query for Cloud Logging."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from emulators.console import trace
from ops.mcp.deployment import cut

Severity = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
SEVERITIES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SHOWN = ("time", "severity", "function", "message", "event_id", "code", "reason", "stack_trace")
WIDTH = 200


@dataclass(frozen=True)
class Wanted:
    """Which log lines: at least this severe, of one function, with a text, at most so many."""

    severity: Severity
    function: str | None
    contains: str | None
    limit: int


def trace_here(folder: Path, given: str) -> str:
    """Return the tree of a trace as text; raise CloudError when there is none."""
    drawn = Console(file=StringIO(), width=WIDTH, no_color=True, highlight=False)
    with drawn.capture() as captured:
        drawn.print(trace.tree(*trace.read(folder, given)), soft_wrap=True)
    return captured.get()


def trace_elsewhere(url: str, given: str) -> str:
    """Say where a trace of another deployment is found."""
    return _elsewhere(url, f'trace:"traces/{trace.identifier(given)}"')


def lines_here(folder: Path, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the last lines that are wanted, the newest last."""
    found = sorted(
        (line for file in folder.glob("*.log*") for line in _matching(file, wanted)),
        key=lambda line: str(line.get("time", "")),
    )
    return [_shown(line) for line in found[-wanted.limit :]]


def lines_elsewhere(url: str, wanted: Wanted) -> str:
    """Say where log lines of another deployment are found."""
    parts = [f"severity>={wanted.severity}"]
    if wanted.function:
        parts.append(f'jsonPayload.function="{wanted.function}"')
    if wanted.contains:
        parts.append(f"SEARCH({json.dumps(wanted.contains)})")
    return _elsewhere(url, " AND ".join(parts))


def _elsewhere(url: str, query: str) -> str:
    return f"The logs of {url} are in Cloud Logging. Query:\n{query}"


def _matching(file: Path, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Return a file's last lines that are wanted."""
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
                continue  # not a function's, or cut off in the middle
            if not isinstance(line, dict) or line.get("severity") not in severe:
                continue
            if wanted.function in {None, line.get("function")}:
                last.append(line)
    return iter(last)


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    shown = {name: line[name] for name in SHOWN if name in line}
    shown |= {name: cut(value) for name, value in shown.items() if isinstance(value, str)}
    if trace.TRACE in line:
        shown["trace"] = line[trace.TRACE].rpartition("/")[2]
    return shown
