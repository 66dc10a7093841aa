"""A real server that receives OTLP in place of Google and decodes it."""

import contextlib
import http.server
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Receiver:
    """The exports received so far; they are kept only while `status` is 200."""

    url: str = ""
    status: int = 200
    refused: int = 0
    spans: list[Any] = field(default_factory=list)
    metrics: list[Any] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)

    def take(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            for traces in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.spans += [span for scope in traces.scope_spans for span in scope.spans]
            return
        assert path == "/v1/metrics"
        for series in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            attributes = {one.key: one.value.string_value for one in series.resource.attributes}
            self.resources.append(attributes)
            self.metrics += [metric for scope in series.scope_metrics for metric in scope.metrics]

    def points(self, name: str) -> list[Any]:
        """Return all points of a metric, in order of arrival."""
        return [
            point
            for metric in self.metrics
            if metric.name == name
            for point in getattr(metric, metric.WhichOneof("data")).data_points
        ]


@contextlib.contextmanager
def serving() -> Iterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if receiver.status == http.HTTPStatus.OK:
                receiver.take(self.path, body)
            else:
                receiver.refused += 1
            self.send_response(receiver.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield receiver
        server.shutdown()


@contextlib.contextmanager
def mute() -> Iterator[str]:
    """Yield the address of a server that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        # The kernel accepts connections although the server never does.
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.contextmanager
def endless() -> Iterator[str]:
    """Yield the address of a server that sends an endless response, byte by byte."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                while not ended.wait(0.2):
                    self.request.sendall(b"x")

    ended = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        ended.set()
        server.shutdown()
