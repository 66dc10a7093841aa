"""The smoke test's requests, sent to a real server."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.release import ROOT

PROGRAM = ROOT / "scripts/release/check_urls.py"


class Answers(BaseHTTPRequestHandler):
    """Responds as the path says: `/404/html` is a 404 in HTML."""

    def do_GET(self) -> None:
        _, status, kind = self.path.split("/")
        self.send_response(int(status))
        self.send_header(
            "Content-Type", {"html": "text/html"}.get(kind, "application/problem+json")
        )
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def check_urls(*words: str) -> subprocess.CompletedProcess[str]:
    # -S: like the builder image, which has no packages installed.
    command = [sys.executable, "-S", str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_responses_of_functions_pass(address: str) -> None:
    done = check_urls(f"{address}/200/games=200+404", f"{address}/401/problem=401")
    assert (done.returncode, done.stdout) == (0, "2 of 2 URLs respond as expected\n")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/500/problem", "returned 500, not 200 or 404"),
        ("/404/html", "returned 404, but not from the function"),
    ],
)
def test_a_wrong_response_is_reported(path: str, expected: str, address: str) -> None:
    done = check_urls(f"{address}{path}=200+404", f"{address}/200/games=200")
    assert done.returncode == 1
    assert done.stdout == "1 of 2 URLs respond as expected\n"
    assert expected in done.stderr


def test_a_url_that_does_not_respond_is_reported() -> None:
    done = check_urls("http://127.0.0.1:1/v1/games=200")
    assert done.returncode == 1
    assert "does not respond" in done.stderr
