"""The load client against a server that responds in pieces, wrongly, or not at all."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulators.cloud.config import HOST
from scripts.bench import load

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def serving(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Respond to each request with these bytes, one by one; yield the port and the requests."""
    seen: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while request := self.request.recv(65536):
                seen.append(request)
                if not answer:
                    return
                for byte in answer:
                    self.request.sendall(bytes([byte]))

    with socketserver.ThreadingTCPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1], seen
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", [GOOD, EMPTY])
def test_the_requested_number_of_requests_is_sent(answer: bytes) -> None:
    with serving(answer) as (port, seen):
        requests = [load.request("GET", "/a"), load.request("POST", "/b", b"body")]
        done = load.run(port, requests, connections=3, most=10)
    assert done.requests == 10
    assert done.seconds > 0
    assert done.rate == pytest.approx(10 / done.seconds)
    assert sum(one.startswith(b"GET /a HTTP/1.1\r\n") for one in seen) == 5
    assert sum(one.endswith(b"Content-Length: 4\r\n\r\nbody") for one in seen) == 5


def test_a_wrong_response_invalidates_the_run() -> None:
    answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\naway"
    with serving(answer) as (port, _), pytest.raises(load.WrongAnswer, match="503"):
        load.run(port, [load.request("GET", "/")], connections=2, most=100)


def test_a_connection_closed_by_the_server_invalidates_the_run() -> None:
    with serving(b"") as (port, _), pytest.raises(load.WrongAnswer):
        load.run(port, [load.request("GET", "/")], connections=1, most=3)


def test_a_run_ends_when_its_time_is_over() -> None:
    with serving(GOOD) as (port, _):
        done = load.run(port, [load.request("GET", "/")], connections=2, seconds=0.05)
    assert done.requests > 0
