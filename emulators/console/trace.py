"""One request's whole way, from the local logs: which span came from which, and when."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.text import Text
from rich.tree import Tree

from emulators.cloud.config import CloudError

SHORTEST_PREFIX = 4
WIDEST_NAME = 110
TRACE = "logging.googleapis.com/trace"
METRIC = "metric"
"""The message of lines that count something, which nobody reads here."""
SPAN_ID = "logging.googleapis.com/spanId"
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
    """One piece of work: when it began, how long it took (ms), and what it led to."""

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
    said: list[str] = field(default_factory=list)


def identifier(given: str) -> str:
    """Return the trace id, or the beginning of one, in what was given; CloudError if none is."""
    found = re.fullmatch(r"(?:00-)?([0-9a-f]{1,32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?", given.lower())
    if found is None or len(found[1]) < SHORTEST_PREFIX:
        raise CloudError(
            f"{given!r} is no trace: give a traceparent, a trace id, or at least its first "
            f"{SHORTEST_PREFIX} characters."
        )
    return found[1]


def lines(folder: Path, beginning: str) -> Iterator[dict[str, Any]]:
    """Yield the log lines of the traces that begin so."""
    needle = f"/traces/{beginning}".encode()
    for file in sorted(folder.glob("*.log*")):
        with file.open("rb") as log:
            for line in log:
                if needle in line:
                    try:
                        yield json.loads(line)
                    except ValueError:
                        continue  # cut off in the middle: its process was killed


def read(folder: Path, given: str) -> tuple[str, list[Span]]:
    """Read one trace: its id, and its first spans with all that followed from them.

    Raises CloudError when there is none, more than one that begins so, or nothing has ended yet.
    """
    found = list(lines(folder, identifier(given)))
    ids = sorted({line[TRACE].rpartition("/")[2] for line in found})
    if not ids:
        raise CloudError(f"No trace {given!r} is in {folder}; was it sampled, is it older?")
    if len(ids) > 1:
        raise CloudError(f"{len(ids)} traces begin with {given!r}: {', '.join(ids[:5])}…")
    roots = _rooted(found)
    if not roots:
        raise CloudError(f"Trace {ids[0]} has begun, but nothing of it has ended yet.")
    return ids[0], roots


def _rooted(found: Iterable[dict[str, Any]]) -> list[Span]:
    spans: dict[str, Span] = {}
    rest = []
    for line in found:
        if "span" in line:
            spans[line[SPAN_ID]] = _span(line)
        else:
            rest.append(line)
    for line in rest:
        if line.get(SPAN_ID) in spans and line["message"] != METRIC:
            trail = f"\n{line['stack_trace']}" if "stack_trace" in line else ""
            spans[line[SPAN_ID]].said.append(f"{line['severity']} {line['message']}{trail}")
    roots: list[Span] = []
    for span in sorted(spans.values(), key=lambda one: one.start):
        known = spans.get(span.parent) if span.parent else None
        (known.children if known else roots).append(span)
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


def tree(trace: str, roots: list[Span]) -> Tree:
    """Return the trace as a tree; each line: after how many ms, how long, what."""
    everything = list(_all(roots))
    first = min(span.start for span in everything)
    last = max(_after(first, span) + span.ms for span in everything)
    title = f"trace {trace}: {len(everything)} spans in {last:.1f} ms"
    drawn = Tree(Text(title, style="bold"))
    for span in roots:
        _grow(drawn, span, first)
    return drawn


def _grow(branch: Tree, span: Span, first: datetime) -> None:
    grown = branch.add(_label(span, first))
    for sentence in span.said:
        grown.add(Text(sentence, style="dim"))
    for child in span.children:
        _grow(grown, child, first)


def _label(span: Span, first: datetime) -> Text:
    colour = "bold red" if span.failed else COLOURS.get(span.kind, "")
    rest = dict(span.attributes)
    name = str(rest.pop("statement", span.name)).removeprefix(f"{span.kind} ")
    if len(name) > WIDEST_NAME:
        name = name[: WIDEST_NAME - 1] + "…"
    facts = " ".join(f"{key}={value}" for key, value in rest.items())
    return Text.assemble(
        (f"+{_after(first, span):.1f} ms ", "dim"),
        (f"{span.kind} ", colour),
        name,
        f" {span.ms:.1f} ms",
        (f" {facts}" if facts else "", "dim"),
        (" failed" if span.failed else "", "bold red"),
    )


def _after(first: datetime, span: Span) -> float:
    return (span.start - first).total_seconds() * 1000


def _all(spans: list[Span]) -> Iterator[Span]:
    for span in spans:
        yield span
        yield from _all(span.children)
