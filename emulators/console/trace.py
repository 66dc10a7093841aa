"""Reads traces from the local logs, as a tree for the terminal or a waterfall for the console."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.text import Text
from rich.tree import Tree

from emulators.cloud.config import CloudError
from shared.runtime import clock, errors

TRACE = "logging.googleapis.com/trace"
SPAN_ID = "logging.googleapis.com/spanId"
METRIC = "metric"
"""The message of a metric's log line, which belongs to no trace."""
ACCESS = {"commit": "commit", "delete": "commit", "get": "read", "list": "read"}
"""Maps the names of our own Firestore calls, whose spans are logged as `document`, to kinds."""
SHORTEST_PREFIX = 4
WIDEST_NAME = 110
DIGITS = 3
"""The number of decimal places in milliseconds; the logs have microsecond precision."""
COLOURS = {
    "http": "bold green",
    "publish": "magenta",
    "message": "bold magenta",
    "trigger": "bold magenta",
    "pull": "bold magenta",
    "schedule": "bold magenta",
    "sql": "cyan",
    "document": "yellow",
    "object": "yellow",
    "receive": "magenta",
}


@dataclass
class Span:
    """A span, its children and its log lines."""

    id: str
    parent: str | None
    name: str
    kind: str
    start: datetime
    ms: float
    failed: bool
    function: str
    attributes: dict[str, Any]
    children: list["Span"] = field(default_factory=list)
    log_lines: list[str] = field(default_factory=list)


def kind(written: str, name: str, function: str, pulled: Collection[str]) -> str:
    """Return a span's kind as displayed in the console.

    pulled: the functions that a schedule starts to pull messages; their runs' kind is `pull`.
    """
    if written == "document":
        return ACCESS.get(name, written)
    return "pull" if written == "schedule" and function in pulled else written


def identifier(given: str) -> str:
    """Return the trace id or id prefix in `given`; raise CloudError if `given` contains neither."""
    found = re.fullmatch(r"(?:00-)?([0-9a-f]{1,32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?", given.lower())
    if found is None or len(found[1]) < SHORTEST_PREFIX:
        raise CloudError(
            f"{given!r} is not a trace id: pass a traceparent, a trace id, or at least the first "
            f"{SHORTEST_PREFIX} characters of one."
        )
    return found[1]


def lines(folder: Path, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield the log lines of all traces whose ids start with `prefix`."""
    needle = f"/traces/{prefix}".encode()
    for file in sorted(folder.glob("*.log*")):
        with file.open("rb") as log:
            for line in log:
                if needle in line:
                    try:
                        yield json.loads(line)
                    except ValueError:
                        continue  # a truncated line, because its process was killed


def read(folder: Path, given: str) -> tuple[str, list[Span]]:
    """Return a trace's full id and its root spans.

    Raises CloudError unless exactly one trace matches and has at least one completed span.
    """
    found = list(lines(folder, identifier(given)))
    ids = sorted({line[TRACE].rpartition("/")[2] for line in found})
    if not ids:
        raise CloudError(f"No trace {given!r} in {folder}: was it sampled, or is it too old?")
    if len(ids) > 1:
        raise CloudError(f"{len(ids)} traces start with {given!r}: {', '.join(ids[:5])}…")
    roots = _roots(found)
    if not roots:
        raise CloudError(f"Trace {ids[0]} has started, but none of its spans has ended yet.")
    return ids[0], roots


def _roots(found: Iterable[dict[str, Any]]) -> list[Span]:
    spans: dict[str, Span] = {}
    logged = []
    for line in found:
        if "span" in line:
            spans[line[SPAN_ID]] = _span(line)
        else:
            logged.append(line)
    for line in logged:
        if line.get(SPAN_ID) in spans and line["message"] != METRIC:
            trail = f"\n{line['stack_trace']}" if "stack_trace" in line else ""
            spans[line[SPAN_ID]].log_lines.append(f"{line['severity']} {line['message']}{trail}")
    roots: list[Span] = []
    for span in sorted(spans.values(), key=lambda one: one.start):
        parent = spans.get(span.parent) if span.parent else None
        (parent.children if parent else roots).append(span)
    return roots


def _span(line: dict[str, Any]) -> Span:
    span = line["span"]
    return Span(
        line[SPAN_ID],
        span["parent"],
        span["name"],
        span["kind"],
        datetime.fromisoformat(span["start"]),
        float(span["ms"]),
        span["status"] != "ok",
        line.get("function", ""),
        span.get("attributes", {}),
    )


def waterfall(folder: Path, given: str, pulled: Collection[str]) -> dict[str, Any]:
    """Return a trace with its spans in display order; raise NotFound if no trace matches."""
    try:
        trace, roots = read(folder, given)
    except CloudError as error:
        raise errors.NotFound(str(error)) from None
    start, ms = _extent(roots)
    spans = [
        {
            "id": span.id,
            "parent": span.parent,
            "depth": depth,
            "name": span.name,
            "kind": kind(span.kind, span.name, span.function, pulled),
            "function": span.function,
            "start_ms": round(_offset(start, span), DIGITS),
            "ms": span.ms,
            "failed": span.failed,
            "attributes": span.attributes,
            "log_lines": span.log_lines,
        }
        for span, depth in _walk(roots)
    ]
    return {"trace": trace, "start": clock.rfc3339(start), "ms": round(ms, DIGITS), "spans": spans}


def tree(trace: str, roots: list[Span]) -> Tree:
    """Return a trace as a tree; each line shows a span's offset, kind, name and duration."""
    start, ms = _extent(roots)
    title = f"trace {trace}: {len(list(_walk(roots)))} spans in {ms:.1f} ms"
    drawn = Tree(Text(title, style="bold"))
    for span in roots:
        _grow(drawn, span, start)
    return drawn


def _grow(branch: Tree, span: Span, start: datetime) -> None:
    grown = branch.add(_label(span, start))
    for line in span.log_lines:
        grown.add(Text(line, style="dim"))
    for child in span.children:
        _grow(grown, child, start)


def _label(span: Span, start: datetime) -> Text:
    colour = "bold red" if span.failed else COLOURS.get(span.kind, "")
    rest = dict(span.attributes)
    name = str(rest.pop("statement", span.name)).removeprefix(f"{span.kind} ")
    if len(name) > WIDEST_NAME:
        name = name[: WIDEST_NAME - 1] + "…"
    attributes = " ".join(f"{key}={value}" for key, value in rest.items())
    return Text.assemble(
        (f"+{_offset(start, span):.1f} ms ", "dim"),
        (f"{span.kind} ", colour),
        name,
        f" {span.ms:.1f} ms",
        (f" {attributes}" if attributes else "", "dim"),
        (" failed" if span.failed else "", "bold red"),
    )


def _extent(roots: list[Span]) -> tuple[datetime, float]:
    """Return a trace's start time and its duration in ms."""
    spans = [span for span, _ in _walk(roots)]
    start = min(span.start for span in spans)
    return start, max(_offset(start, span) + span.ms for span in spans)


def _offset(start: datetime, span: Span) -> float:
    return (span.start - start).total_seconds() * 1000


def _walk(spans: list[Span], depth: int = 0) -> Iterator[tuple[Span, int]]:
    """Yield every span with its depth in the tree, parents before children."""
    for span in spans:
        yield span, depth
        yield from _walk(span.children, depth + 1)
