"""An HTTP function behind the real host and server: behaviour that needs a socket."""

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import uvicorn
from functions_framework.aio import create_asgi_app

from tests.shared.runtime.conftest import Lines, wait_until
from tests.shared.runtime.unit.edge import folder

LIMIT = 10_000
SOURCE = """
from pydantic import BaseModel
from shared.runtime import http

class Thing(BaseModel):
    name: str

api = http.Api(__file__)

@api.get("/v1/things/{name}")
async def one(name: str) -> Thing:
    return Thing(name=name)

@api.post("/v1/things")
def add(thing: Thing) -> Thing:
    return thing

main = api.entry_point()
"""


@pytest.fixture
def url(tmp_path: Path, project: str) -> Iterator[str]:
    source = folder(tmp_path)
    source.write_text(SOURCE)
    app = create_asgi_app("main", str(source), "http")  # type: ignore[no-untyped-call]
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def test_paths_arrive_decoded(url: str) -> None:
    for sent, name in (("a%20b", "a b"), ("%C3%A9", "é"), ("é", "é"), ("a%3Fb", "a?b")):
        assert httpx.get(f"{url}/v1/things/{sent}").json() == {"name": name}
    assert httpx.get(f"{url}/v1/things/a%2Fb").status_code == 404


def test_head_has_the_content_length_of_get_and_no_body(url: str) -> None:
    got, head = httpx.get(f"{url}/v1/things/a"), httpx.head(f"{url}/v1/things/a")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(got.content))
    assert head.headers["etag"] == got.headers["etag"]


def test_a_current_copy_is_304(url: str) -> None:
    with httpx.Client(base_url=url) as client:
        tag = client.get("/v1/things/a").headers["etag"]
        answer = client.get("/v1/things/a", headers={"If-None-Match": f'"x", W/{tag}'})
        assert (answer.status_code, answer.content) == (304, b"")
        assert client.get("/v1/things/a").status_code == 200, "the connection is still usable"


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT * 10])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_client_that_sends_too_much_reads_the_413(url: str, size: int, chunked: bool) -> None:
    content = (bytes(1000) for _ in range(size // 1000 + 1)) if chunked else bytes(size)
    with httpx.Client(base_url=url) as client:
        answer = client.post("/v1/things", content=content)
        assert (answer.status_code, answer.json()["limit"]) == (413, LIMIT)
        assert answer.json()["actual"] > LIMIT
        assert answer.headers["access-control-allow-origin"] == "*"
        assert client.get("/v1/things/a").status_code == 200


def test_a_gzip_bomb_is_413(url: str) -> None:
    bomb = gzip.compress(bytes(5_000_000))
    answer = httpx.post(f"{url}/v1/things", content=bomb, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_gzip_is_accepted(url: str) -> None:
    body = gzip.compress(json.dumps({"name": "é"}).encode())
    answer = httpx.post(f"{url}/v1/things", content=body, headers={"Content-Encoding": "gzip"})
    assert answer.json() == {"name": "é"}


def test_a_client_that_disconnects_is_not_logged_as_our_error(url: str, lines: Lines) -> None:
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    connection.putrequest("POST", "/v1/things")
    connection.putheader("Content-Length", "500")
    connection.endheaders(b'{"name": ')
    connection.close()
    found: list[str] = []

    def logged() -> bool:
        found.extend(line["severity"] for line in lines() if "httpRequest" in line)
        return bool(found)

    wait_until(logged)
    assert found == ["INFO"]


def test_odd_headers_break_nothing(url: str) -> None:
    headers = {
        b"traceparent": b"\xff\xfe",
        b"Authorization": b"Bearer \xe9",
        b"If-None-Match": b'"\xff", W/, ,',
        b"Savepoint-Client": b"\xff" * 200,
    }
    assert httpx.get(f"{url}/v1/things/a", headers=headers).status_code == 200
