"""Bodies: invalid JSON is 400, the wrong shape 422, too large 413, checked while reading."""

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect, Request

from shared.runtime import errors, http
from shared.runtime.http import bodies
from tests.shared.runtime.unit.edge import Answer, ask, make

LIMIT = 10_000


class Part(BaseModel):
    size: int


class Thing(BaseModel):
    name: str = Field(max_length=5000)
    parts: list[Part] = []


class Strict(Thing):
    model_config = ConfigDict(extra="forbid")


@pytest.fixture
def api(tmp_path: Path) -> http.Api:
    made = make(tmp_path)

    @made.post("/v1/things", status=201)
    async def add(thing: Thing) -> Thing:
        return thing

    @made.put("/v1/things/strict")
    async def replace(thing: Strict) -> Strict:
        return thing

    return made


def post(api: http.Api, body: Any, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(api, "POST", "/v1/things", named, body)


def test_a_body_arrives_as_its_model(api: http.Api) -> None:
    answer = post(api, {"name": "a", "parts": [{"size": 1}], "unknown": 1})
    assert (answer.status, answer.json()) == (201, {"name": "a", "parts": [{"size": 1}]})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"name=a", b'{"name": "a"} x', b"\xff\xfe", b'{"name": "\xff"}', b"[" * 5000],
)
def test_invalid_json_is_400(api: http.Api, body: bytes) -> None:
    answer = post(api, body)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")
    assert "not JSON" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"[]", ["body"]),
        (b"null", ["body"]),
        (b"{}", ["name"]),
        (b'{"name": null}', ["name"]),
        (b'{"name": "a", "parts": [{"size": 1}, {"size": "x"}, {}]}',
         ["parts.1.size", "parts.2.size"]),
    ],
)  # fmt: skip
def test_json_of_the_wrong_shape_is_422_and_names_the_fields(
    api: http.Api, body: bytes, fields: list[str]
) -> None:
    answer = post(api, body)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_body")
    assert [one["field"] for one in answer.json()["errors"]] == fields


def test_a_response_never_repeats_the_request(api: http.Api) -> None:
    assert b"hunter2" not in post(api, {"name": {"password": "hunter2"}}).body


def test_a_model_may_refuse_unknown_members(api: http.Api) -> None:
    answer = ask(api, "PUT", "/v1/things/strict", body={"name": "a", "nmae": "b"})
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "nmae")


def test_the_number_of_reported_errors_is_limited(api: http.Api) -> None:
    body = json.dumps({"name": "a", "parts": [0] * 3000}).encode()
    answer = post(api, body)
    assert answer.status == 422
    assert len(answer.json()["errors"]) == 50
    assert len(answer.body) < len(body)


def of_size(size: int) -> bytes:
    """Return a valid body of exactly `size` bytes."""
    return b'{"name": "a"}'.ljust(size)


def test_a_body_of_the_maximum_size_is_accepted_and_one_byte_more_is_413(api: http.Api) -> None:
    assert post(api, of_size(LIMIT)).status == 201
    answer = post(api, of_size(LIMIT + 1))
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert (answer.json()["limit"], answer.json()["actual"]) == (LIMIT, LIMIT + 1)


def test_a_413_reports_the_declared_length(api: http.Api) -> None:
    """The rest is not read, so the size comes from the client's Content-Length."""
    answer = post(api, (bytes(LIMIT) for _ in range(1000)), Content_Length="9999999")
    assert (answer.status, answer.json()["actual"]) == (413, 9_999_999)


def test_a_stream_without_a_length_is_counted_while_it_is_read(api: http.Api) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += LIMIT
            yield bytes(LIMIT)

    answer = post(api, endless())
    assert answer.status == 413
    assert read <= LIMIT * (bodies.DRAINED_FACTOR + 1)


def test_drained_bytes_are_not_kept(api: http.Api) -> None:
    chunk = bytes(LIMIT)
    tracemalloc.start()
    answer = post(api, (chunk for _ in range(bodies.DRAINED_FACTOR)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status == 413
    assert peak < 8 * LIMIT


def test_gzip_is_inflated(api: http.Api) -> None:
    for name in ("gzip", "x-gzip", " GZIP "):
        answer = post(api, gzip.compress(b'{"name": "a"}'), Content_Encoding=name)
        assert (answer.status, answer.json()["name"]) == (201, "a")
    assert post(api, b'{"name": "a"}', Content_Encoding="identity").status == 201


def test_a_gzip_body_of_the_maximum_size_is_accepted_and_one_byte_more_is_413(
    api: http.Api,
) -> None:
    for size, status in ((LIMIT, 201), (LIMIT + 1, 413)):
        body = gzip.compress(of_size(size))
        assert post(api, body, Content_Encoding="gzip").status == status


def test_a_gzip_bomb_is_stopped_while_it_inflates(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(bytes(100_000_000), 9)
    produced: list[int] = []
    real = zlib.decompressobj

    class RecordingInflater:
        def __init__(self, bits: int) -> None:
            self.inner = real(bits)

        def decompress(self, wire: bytes, at_most: int) -> bytes:
            out = self.inner.decompress(wire, at_most)
            produced.append(len(out))
            return out

    monkeypatch.setattr(zlib, "decompressobj", RecordingInflater)
    tracemalloc.start()
    with pytest.raises(errors.TooLarge) as refused:
        bodies.inflate(bomb, LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(produced) == LIMIT + 1
    # The inflater keeps only unread input: the compressed bomb, never the inflated one.
    assert peak < len(bomb) + 50 * LIMIT
    assert refused.value.members == {"limit": LIMIT, "actual": LIMIT + 1}


@pytest.mark.parametrize(
    "broken",
    [
        gzip.compress(b'{"name": "a"}')[:-1],
        gzip.compress(b'{"name": "a"}')[:12],
        gzip.compress(b'{"name": "a"}') + b"more",
        gzip.compress(b'{"name": "a"}') + gzip.compress(b"more"),
        b'{"name": "a"}',
        b"",
    ],
    # Not the bytes as ids: they contain the second in which they were packed.
    ids=["cut in the trailer", "cut in the data", "more", "packed twice", "plain", "nothing"],
)
def test_broken_gzip_is_400(api: http.Api, broken: bytes) -> None:
    answer = post(api, broken, Content_Encoding="gzip")
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")
    assert "gzip" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_encoding_is_400_and_named(api: http.Api, name: str) -> None:
    answer = post(api, b"x", Content_Encoding=name)
    assert answer.status == 400
    assert f"`{name}`" in answer.json()["detail"]


def test_a_client_that_disconnects_is_not_our_bug() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    request = Request({"type": "http", "headers": []}, receive)
    with pytest.raises(errors.BadRequest) as raised:
        asyncio.run(bodies.read(request, {}, LIMIT))
    assert isinstance(raised.value.__cause__, ClientDisconnect)
