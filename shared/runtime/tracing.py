"""Implements W3C trace context, and records the spans of sampled requests.

Every message and document that a request writes continues the trace in the request's `traceparent`
(https://www.w3.org/TR/trace-context/). If export is enabled, a sampled request's spans are
collected, and `telemetry` sends them before the response. Otherwise, each span is written as a log
line for `python -m emulators trace`. Nothing runs after the response.
"""

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from shared.runtime import logs, settings

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED = 0x01
MAX_STATEMENT_LENGTH = 300


class Context(NamedTuple):
    """The ids of the current trace, span and parent span, and whether spans are recorded."""

    trace: str
    span: str
    parent: str | None
    sampled: bool


class Span(NamedTuple):
    """A finished piece of work."""

    name: str
    kind: str
    context: Context
    start: datetime
    ms: float
    status: str
    attributes: dict[str, Any]


_current: ContextVar[Context | None] = ContextVar("trace", default=None)
# The spans of this request to export; None where spans are log lines.
_collected: ContextVar[list[Span] | None] = ContextVar("spans", default=None)


def current() -> Context | None:
    """Return the current context, or None outside a request."""
    return _current.get()


def _span_id() -> str:
    return f"{random.getrandbits(64) or 1:016x}"


def parse(traceparent: str | None) -> tuple[str, str, bool] | None:
    """Return (trace, parent span, sampled) from a header, or None if it is missing or invalid."""
    found = _TRACEPARENT.fullmatch(traceparent.strip()) if traceparent else None
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return found[1], found[2], bool(int(found[3], 16) & _SAMPLED)


def begin(function: str, traceparent: str | None) -> Context:
    """Start the span for a request or event of `function`, continuing a valid `traceparent`."""
    parent = parse(traceparent)
    if parent is None:
        share = float(settings.core().trace_sample)
        trace = f"{random.getrandbits(128) or 1:032x}"
        context = Context(trace, _span_id(), None, random.random() < share)  # noqa: S311
    else:
        context = Context(parent[0], _span_id(), parent[1], parent[2])
    _current.set(context)
    _collected.set([] if context.sampled and _are_exported() else None)
    logs.context.set({"function": function, **_log_fields(context)})
    return context


def _are_exported() -> bool:
    wanted = settings.telemetry()
    return bool(wanted.endpoint) and wanted.spans == "otlp"


def _log_fields(context: Context) -> dict[str, str]:
    project = settings.core().project
    return {
        "logging.googleapis.com/trace": f"projects/{project}/traces/{context.trace}",
        "logging.googleapis.com/spanId": context.span,
    }


def traceparent() -> str | None:
    """Return a `traceparent` header for the current span, or None outside a request."""
    context = _current.get()
    if context is None:
        return None
    return f"00-{context.trace}-{context.span}-{'01' if context.sampled else '00'}"


@contextmanager
def span(name: str, kind: str = "internal", **attributes: Any) -> Iterator[dict[str, Any]]:
    """Record a piece of work as a child span, with the attributes added to the yielded dict."""
    outer = _current.get()
    if outer is None or not outer.sampled:
        yield attributes
        return
    inner = Context(outer.trace, _span_id(), outer.span, sampled=True)
    token = _current.set(inner)
    start, ticks, status = datetime.now(UTC), time.perf_counter(), "ok"
    try:
        yield attributes
    except BaseException:
        status = "error"
        raise
    finally:
        _current.reset(token)
        ms = (time.perf_counter() - ticks) * 1000
        write(Span(name, kind, inner, start, ms, status, attributes))


def statement(text: str, elapsed_ms: float, rows: int) -> None:
    """Record a database statement that has just ended as a child of the current span."""
    outer = _current.get()
    if outer is not None and outer.sampled:
        inner = Context(outer.trace, _span_id(), outer.span, sampled=True)
        start = datetime.now(UTC) - timedelta(milliseconds=elapsed_ms)
        short = " ".join(text.split())[:MAX_STATEMENT_LENGTH]
        attributes = {"statement": short, "rows": rows}
        write(Span(short.split(" ", 1)[0], "sql", inner, start, elapsed_ms, "ok", attributes))


def write(span: Span) -> None:
    """Collect a finished span for export, or log it."""
    collected = _collected.get()
    if collected is None:
        logs.write("DEBUG", span.name, {**_log_fields(span.context), "span": shown(span)})
    else:
        collected.append(span)


def end(span: Span) -> dict[str, Any]:
    """Collect the span of a whole request, and return it in log line format."""
    collected = _collected.get()
    if collected is not None:
        collected.append(span)
    return shown(span)


def shown(span: Span) -> dict[str, Any]:
    """Return a span in log line format."""
    return {
        "name": span.name,
        "kind": span.kind,
        "parent": span.context.parent,
        "start": span.start,
        "ms": round(span.ms, 3),
        "status": span.status,
        "attributes": span.attributes,
    }


def collected() -> list[Span]:
    """Return this request's spans for export."""
    return _collected.get() or []
