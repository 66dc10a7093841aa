"""Converts series and spans to OpenTelemetry data and sends them over OTLP.

This module is imported only for the first export. It uses the SDK's data types and exporters, so
any collector accepts the data. It does not use the SDK's instruments, because they would have to
exist from the first request.
"""

import logging
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import google.auth
import requests
from google.auth.transport.requests import AuthorizedSession
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.runtime import metrics, settings
from shared.runtime.metrics import Instrument, Key, Series
from shared.runtime.tracing import Span

# Twice the minimum of five seconds between the points of a series.
APART_NS = 10_000_000_000
# The timeout of a call, which is shorter than the exporter's first pause between two attempts, so
# that a request waits for only one attempt.
EXPORT_SECONDS = 0.75
SCOPE = "https://www.googleapis.com/auth/cloud-platform"

_SCOPE = InstrumentationScope("savepoint")
_CUMULATIVE = AggregationTemporality.CUMULATIVE
_KINDS = {
    "http": SpanKind.SERVER,
    "document": SpanKind.CLIENT,
    "object": SpanKind.CLIENT,
    "publish": SpanKind.PRODUCER,
    "receive": SpanKind.CLIENT,
    "sql": SpanKind.CLIENT,
}
# Series whose zero was sent, because PromQL's `increase` ignores the first point of a series.
_begun: set[Key] = set()
# Series whose zero was rejected once.
_refused: set[Key] = set()

# The exporter logs each failure in its own format; `telemetry` logs it as one line.
logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)


class ExportFailed(Exception):
    """Raised if the receiver does not accept the data."""


def export(spans: Sequence[Span], *, with_metrics: bool) -> None:
    """Send the spans and, if requested, all series; raise ExportFailed on failure.

    Series are totals since the process started, so the next export compensates for a failed one.
    Rejected spans are lost.
    """
    failed = []
    if spans and _spans().export([_span(one) for one in spans]) is not SpanExportResult.SUCCESS:
        failed.append(f"{len(spans)} spans, which are lost")
    if with_metrics and not _send_series(metrics.snapshot()):
        failed.append("series, which the next export includes")
    if failed:
        raise ExportFailed(f"{' and '.join(failed)}: {settings.telemetry().endpoint}")


def _send_series(found: Mapping[Key, Series]) -> bool:
    """Send all series, starting each new series with zero.

    The values of a new series are sent after its zero has been accepted or has been rejected twice.
    A zero that appears to be rejected may have arrived, because responses can be lost.
    """
    began = {
        key: Series(one.began_ns, [0] * len(one.buckets))
        for key, one in found.items()
        if key not in _begun and metrics.INSTRUMENTS[key[0]].kind != "gauge"
    }
    waiting: set[Key] = set()
    if began and _sent(_data(began, None)):
        _begun.update(began)
    elif began:
        waiting = set(began)
        _begun.update(waiting & _refused)
        _refused.update(waiting)
    begun = {key: one for key, one in found.items() if key not in waiting}
    return (not begun or _sent(_data(begun, time.time_ns()))) and not waiting


def _sent(data: MetricsData) -> bool:
    return _metrics().export(data) is MetricExportResult.SUCCESS


@cache
def _session() -> requests.Session:
    """Return the HTTP session, which is authenticated if the endpoint uses https.

    Only Google's endpoint uses https.
    """
    if not settings.telemetry().endpoint.startswith("https://"):
        return requests.Session()
    credentials, _ = google.auth.default(scopes=[SCOPE])
    return AuthorizedSession(credentials)  # type: ignore[no-untyped-call]


@cache
def _metrics() -> OTLPMetricExporter:
    endpoint = f"{settings.telemetry().endpoint}/v1/metrics"
    return OTLPMetricExporter(endpoint=endpoint, timeout=EXPORT_SECONDS, session=_session())


@cache
def _spans() -> OTLPSpanExporter:
    endpoint = f"{settings.telemetry().endpoint}/v1/traces"
    return OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS, session=_session())


@cache
def _resource() -> Resource:
    """Return this process's resource attributes, including OTEL_RESOURCE_ATTRIBUTES."""
    own = {
        "service.namespace": "savepoint",
        "service.name": os.environ.get("K_SERVICE", "local"),
        "service.instance.id": uuid.uuid4().hex,
    }
    if "K_REVISION" in os.environ:
        own["service.version"] = os.environ["K_REVISION"]
    return Resource.create(own)


def _data(found: Mapping[Key, Series], now: int | None) -> MetricsData:
    """Return the series as of `now`, or each series at its start if `now` is None."""
    by_name: dict[str, list[tuple[Key, Series]]] = {}
    for key, series in found.items():
        by_name.setdefault(key[0], []).append((key, series))
    listed = [_metric(name, some, now) for name, some in by_name.items()]
    scope = ScopeMetrics(_SCOPE, listed, "")
    return MetricsData([ResourceMetrics(_resource(), [scope], "")])


def _metric(name: str, some: Sequence[tuple[Key, Series]], now: int | None) -> Metric:
    known = metrics.INSTRUMENTS[name]
    if known.kind == "histogram":
        points = [_histogram(known, key, series, now) for key, series in some]
        return Metric(name, known.help, "", Histogram(points, _CUMULATIVE))
    numbers = [
        NumberDataPoint(_labels(known, key), *_times(series, now), series.value)
        for key, series in some
    ]
    if known.kind == "gauge":
        return Metric(name, known.help, "", Gauge(numbers))
    return Metric(name, known.help, "", Sum(numbers, _CUMULATIVE, is_monotonic=True))


def _histogram(known: Instrument, key: Key, series: Series, now: int | None) -> HistogramDataPoint:
    # The minimum and maximum since the start are of no use.
    return HistogramDataPoint(
        _labels(known, key),
        *_times(series, now),
        count=sum(series.buckets),
        sum=series.value,
        bucket_counts=series.buckets,
        explicit_bounds=known.bounds,
        min=0,
        max=0,
    )


def _times(series: Series, now: int | None) -> tuple[int, int]:
    """Return a point's start and time; the start is always before the first value."""
    start = series.began_ns - APART_NS
    return start, start + 1_000_000 if now is None else now


def _labels(known: Instrument, key: Key) -> dict[str, str]:
    return {"function": key[1], **dict(zip(known.labels, key[2], strict=True))}


def _span(one: Span) -> ReadableSpan:
    start = int(one.start.timestamp() * 1e9)
    here = _context(one.context.trace, one.context.span)
    parent = one.context.parent
    is_event = "event_id" in one.attributes
    return ReadableSpan(
        one.name,
        context=here,
        parent=_context(one.context.trace, parent) if parent else None,
        resource=_resource(),
        attributes=_attributes(one),
        kind=SpanKind.CONSUMER if is_event else _KINDS.get(one.kind, SpanKind.INTERNAL),
        status=Status(StatusCode.OK if one.status == "ok" else StatusCode.ERROR),
        start_time=start,
        end_time=start + timedelta(milliseconds=one.ms) // timedelta(microseconds=1) * 1000,
        instrumentation_scope=_SCOPE,
    )


def _context(trace: str, span: str) -> SpanContext:
    sampled = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(int(trace, 16), int(span, 16), is_remote=False, trace_flags=sampled)


def _attributes(one: Span) -> dict[str, Any]:
    return {
        name: value if isinstance(value, (str, int, float, bool)) else str(value)
        for name, value in {"kind": one.kind, **one.attributes}.items()
    }
