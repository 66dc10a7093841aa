"""Receives the metrics that functions export over OTLP, and serves them to Prometheus.

Functions export metrics as in production, but at shorter intervals.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import shared.domain.metrics  # noqa: F401  registers the product's
from emulators.edge.responses import problem
from shared.runtime import metrics
from shared.runtime.manifest import LOCAL_PREFIX

OTLP = f"{LOCAL_PREFIX}/otlp"
METRICS = f"{LOCAL_PREFIX}/metrics"
PROTOBUF = "application/x-protobuf"
STALE_SECONDS = 300
"""The age at which a series without new points is stale, as in Prometheus."""


@dataclass(eq=False)
class Received(Collector):
    """The newest data point of each series, by metric name and label values."""

    newest: dict[tuple[str, ...], tuple[float, Any]] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def take(self, body: bytes) -> None:
        """Store exported metrics; raise DecodeError if the request body cannot be parsed."""
        now = self.clock()
        for instance, metric in _metrics(ExportMetricsServiceRequest.FromString(body)):
            for point in getattr(metric, metric.WhichOneof("data")).data_points:
                given = {one.key: one.value.string_value for one in point.attributes}
                labels = [given[name] for name in ("function", *_labels(metric.name))]
                self.newest[metric.name, instance, *labels] = now, point

    def collect(self) -> Iterator[Metric]:
        """Yield every metric with its series, except stale series."""
        now = self.clock()
        self.newest = {
            key: kept for key, kept in self.newest.items() if now - kept[0] < STALE_SECONDS
        }
        families: dict[str, Any] = {}
        for (name, *labels), (_, point) in self.newest.items():
            _add(families.setdefault(name, _family(name)), labels, point)
        yield from families.values()

    def text(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)


def _metrics(export: ExportMetricsServiceRequest) -> Iterator[tuple[str, Any]]:
    """Yield each of the project's metrics with the function instance that sent it."""
    for resource in export.resource_metrics:
        given = {one.key: one.value.string_value for one in resource.resource.attributes}
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                if metric.name in metrics.INSTRUMENTS:
                    yield given.get("service.instance.id", ""), metric


def _labels(name: str) -> tuple[str, ...]:
    return metrics.INSTRUMENTS[name].labels


def _family(name: str) -> Any:
    known = metrics.INSTRUMENTS[name]
    kinds = {
        "counter": CounterMetricFamily,
        "gauge": GaugeMetricFamily,
        "histogram": HistogramMetricFamily,
    }
    return kinds[known.kind](name, known.help, labels=["instance", "function", *known.labels])


def _add(family: Any, labels: list[str], point: Any) -> None:
    if isinstance(family, HistogramMetricFamily):
        bounds = [*map(str, point.explicit_bounds), "+Inf"]
        buckets = list(zip(bounds, accumulate(point.bucket_counts), strict=True))
        family.add_metric(labels, buckets, point.sum)
    else:
        family.add_metric(labels, getattr(point, point.WhichOneof("value")))


def routes() -> list[Route]:
    """Return two routes: one receives exported metrics, and one is scraped by Prometheus."""
    received = Received()

    async def take(request: Request) -> Response:
        # A browser sends this content type only after a preflight, which is refused.
        if request.headers.get("content-type") != PROTOBUF:
            return problem(400, f"The content type must be {PROTOBUF}.")
        try:
            received.take(await request.body())
        except (DecodeError, KeyError):
            return problem(400, "The body is not an export of metrics.")
        return Response(ExportMetricsServiceResponse().SerializeToString(), media_type=PROTOBUF)

    async def read(_request: Request) -> Response:
        return Response(received.text(), media_type=CONTENT_TYPE_LATEST)

    return [
        Route(f"{OTLP}/v1/metrics", take, methods=["POST"]),
        Route(METRICS, read, methods=["GET"]),
    ]
