"""A fake Cloud Monitoring for the revisions of a release."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

AT_ONCE = {"CANARY_MINUTES": "0", "MONITORING_DELAY_SECONDS": "0"}
Counts = dict[str, tuple[int, int, int]]
GOOD: Counts = {"catalog-2": (1_000, 0, 50), "roll-up-sessions-2": (1_000, 0, 50)}
Monitoring = Callable[[Counts], dict[str, str]]


@contextmanager
def monitored() -> Iterator[Monitoring]:
    """Run a fake PromQL endpoint; call the result with each revision's requests, errors and p99."""
    counts: Counts = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Authorization"] == "Bearer a-token"
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found = list(answer(parse_qs(body)["query"][0], counts))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": {"result": found}}).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def set_counts(new: Counts) -> dict[str, str]:
        counts.update(new)
        return {**AT_ONCE, "MONITORING_URL": f"http://127.0.0.1:{server.server_port}"}

    yield set_counts
    server.shutdown()
    server.server_close()


def answer(query: str, counts: Counts) -> Iterator[dict[str, Any]]:
    for revision, (requests, errors, p99) in counts.items():
        name = {"revision_name": revision}
        if "histogram_quantile" in query:
            yield {"metric": name, "value": [0, str(p99)]}
            continue
        yield {
            "metric": name | {"response_code_class": "2xx"},
            "value": [0, str(requests - errors)],
        }
        yield {"metric": name | {"response_code_class": "5xx"}, "value": [0, str(errors)]}
