"""Series of instances that start and end."""

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from emulators.edge import prometheus
from shared.runtime import metrics


def attribute(name: str, value: str) -> KeyValue:
    return KeyValue(key=name, value=AnyValue(string_value=value))


def export(instance: str, lag: float) -> bytes:
    """Return the export of an instance that measured this lag of the outbox."""
    made = ExportMetricsServiceRequest()
    series = made.resource_metrics.add()
    series.resource.attributes.append(attribute("service.instance.id", instance))
    metric = series.scope_metrics.add().metrics.add(name=metrics.OUTBOX_LAG)
    point = metric.gauge.data_points.add(as_double=lag)
    point.attributes.append(attribute("function", "relay_outbox"))
    return made.SerializeToString()


def test_a_gauge_ends_with_its_instance_though_no_other_exports() -> None:
    now = 1000.0
    received = prometheus.Received(clock=lambda: now)
    received.take(export("first", 7))
    now += 200
    received.take(export("second", 9))
    assert b'instance="first"' in received.text()
    now += prometheus.STALE_SECONDS - 200
    assert b'instance="first"' not in received.text()
    assert b'{function="relay_outbox",instance="second"} 9.0' in received.text()
    now += 200
    assert b"instance=" not in received.text()
