"""Objects: bytes come back as they were, a store that is away is 503, and no secret is told."""

import gzip
import os
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from emulators.cloud.config import HOST
from shared.runtime import errors, objects, settings, signed_requests, tracing
from shared.runtime.errors import NotFound, Unavailable
from shared.runtime.objects import Head
from tests.shared.runtime.conftest import Lines, within
from tests.shared.runtime.proxies import Door, door
from tests.support import local_cloud
from tests.support.local_cloud import LocalCloud

KEYS = ["a", "incoming/1", "a b", "é/ü.zip", "a+b&c=d?e#f", "%41%2F", "~'()*!,;:@", "k" * 512]
BAD_KEYS = [
    "",
    "/a",
    "a/",
    "a//b",
    "..",
    "a/../b",
    "./a",
    "a/.",
    "a\0",
    "a\nb",
    "k" * 513,
    "é" * 257,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with local_cloud.running(tmp_path_factory.mktemp("objects"), "--only", "objects") as started:
        yield started


@pytest.fixture
def store(running: LocalCloud, project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """`shared.runtime.objects` reaches the store through this door."""
    with door(HOST, running.cloud.ports["objects"]) as made:
        for name, value in running.env.items():
            if name.startswith("OBJECTS_"):
                monkeypatch.setenv(name, value)
        monkeypatch.setenv("OBJECTS_ENDPOINT", f"http://{HOST}:{made.port}")
        settings.reset()
        yield made


def whole(bucket: objects.Bucket, key: str) -> bytes:
    return b"".join(objects.stream(bucket, key))


def put(key: str, body: bytes = b"body") -> None:
    objects.put("artifacts", key, body, content_type="application/octet-stream")


@pytest.mark.usefixtures("store")
class TestStore:
    """What a store must do that answers."""

    @pytest.mark.parametrize("key", KEYS)
    def test_a_key_of_any_spelling_is_one_object(self, key: str) -> None:
        put(key, key.encode())
        assert whole("artifacts", key) == key.encode()
        found = objects.head("artifacts", key)
        assert found is not None
        assert found.size == len(key.encode())
        objects.copy(key, "copied/" + key[:500])
        assert whole("artifacts", "copied/" + key[:500]) == key.encode()
        got = httpx.get(objects.presign_get(key, seconds=60))
        assert (got.status_code, got.content) == (200, key.encode())
        objects.delete("artifacts", key)
        assert objects.head("artifacts", key) is None

    @pytest.mark.parametrize("key", BAD_KEYS)
    def test_a_key_that_could_mean_another_place_is_refused(self, key: str) -> None:
        calls: list[Callable[[], object]] = [
            lambda: put(key),
            lambda: objects.head("public", key),
            lambda: objects.stream("public", key),
            lambda: objects.copy("a", key),
            lambda: objects.copy(key, "a"),
            lambda: objects.delete("public", key),
            lambda: objects.public_url(key),
            lambda: objects.presign_put(key, size=1, seconds=1),
            lambda: objects.presign_get(key, seconds=1),
        ]
        for call in calls:
            with pytest.raises(ValueError, match="invalid object key"):
                call()

    def test_what_is_missing_is_said(self) -> None:
        assert objects.head("artifacts", "none") is None
        with pytest.raises(NotFound):
            objects.stream("public", "none")
        with pytest.raises(NotFound):
            objects.copy("none", "target")
        assert objects.head("artifacts", "target") is None
        objects.delete("artifacts", "none")

    def test_everyone_reads_the_public_bucket_with_its_headers(self) -> None:
        packed = gzip.compress(b"list" * 100)
        objects.put(
            "public",
            "detection/é.json",
            packed,
            content_type="application/json",
            content_encoding="gzip",
            immutable=True,
        )
        got = httpx.get(objects.public_url("detection/é.json"))
        assert got.content == b"list" * 100
        assert got.headers["content-type"] == "application/json"
        assert got.headers["content-encoding"] == "gzip"
        assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert whole("public", "detection/é.json") == packed, "stored bytes, not unpacked ones"

    def test_the_two_buckets_are_two(self) -> None:
        put("only/here")
        assert objects.head("public", "only/here") is None

    def test_an_etag_tells_one_body_from_another(self) -> None:
        put("etag", b"1")
        first = objects.head("artifacts", "etag")
        put("etag", b"2")
        second = objects.head("artifacts", "etag")
        put("etag", b"1")
        assert isinstance(first, Head)
        assert first != second
        assert objects.head("artifacts", "etag") == first
        got = httpx.get(objects.presign_get("etag", seconds=60))
        assert got.headers["etag"] == first.etag

    def test_a_download_has_the_name_it_is_given(self) -> None:
        put("named")
        name = 'Trainer "ü"; a=b\r\nX: y.zip'
        got = httpx.get(objects.presign_get("named", seconds=60, filename=name))
        said = got.headers["content-disposition"]
        assert said.startswith("attachment; filename*=UTF-8''Trainer%20%22%C3%BC%22%3B%20a%3Db%0D")
        assert "x" not in got.headers

    @pytest.mark.parametrize("size", [0, 1, 1000, (1 << 20) + 1])
    def test_a_stream_has_every_byte_once(self, size: int) -> None:
        body = os.urandom(size)
        put("sized", body)
        pieces = list(objects.stream("artifacts", "sized", 300_000))
        assert b"".join(pieces) == body
        assert all(len(one) <= 300_000 for one in pieces)

    def test_a_stream_holds_one_chunk(self) -> None:
        put("large", os.urandom(24 << 20))
        put("small")
        whole("artifacts", "small")  # what is made once is not this stream's
        tracemalloc.start()
        length = sum(len(one) for one in objects.stream("artifacts", "large"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert length == 24 << 20
        assert peak < 4 << 20

    def test_a_stream_that_is_left_early_leaves_no_connection_behind(self) -> None:
        put("large", os.urandom(24 << 20))
        for _ in range(3):
            pieces = objects.stream("artifacts", "large")
            assert len(next(pieces)) == 1 << 20
            pieces.close()  # type: ignore[attr-defined]
        assert objects.head("artifacts", "large") is not None

    def test_every_call_is_a_span_that_tells_no_secret(self, lines: Lines) -> None:
        tracing.begin("f", None)
        put("spanned")
        whole("artifacts", "spanned")
        objects.presign_get("spanned", seconds=60)
        spans = [line["span"] for line in lines()]
        assert [one["name"] for one in spans] == ["PUT object", "GET object"]
        assert {one["attributes"]["key"] for one in spans} == {"spanned"}
        assert settings.objects().secret not in repr(spans) + repr(settings.objects())


CALLS: list[Callable[[], object]] = [
    lambda: put("away"),
    lambda: objects.head("artifacts", "away"),
    lambda: whole("public", "away"),
    lambda: objects.copy("away", "away-2"),
    lambda: objects.delete("artifacts", "away"),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_store_that_is_gone_is_unavailable(store: Door, call: Callable[[], object]) -> None:
    store.shut()
    with pytest.raises(Unavailable):
        within(5, call)


@pytest.mark.parametrize("call", CALLS)
def test_a_store_that_hangs_is_unavailable_in_time(
    store: Door, call: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_requests, "READ_SECONDS", 0.3)
    monkeypatch.setattr(objects, "COPY_SECONDS", 0.3)
    store.hold()
    with pytest.raises(Unavailable):
        within(5, call)


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_request_that_was_lost_is_sent_again(store: Door, cut: str) -> None:
    setattr(store, cut, b"PUT /")
    put("lost", b"found")
    assert getattr(store, cut) is None, "the door did not close"
    assert whole("artifacts", "lost") == b"found"


def test_a_stream_that_breaks_off_is_unavailable(store: Door) -> None:
    put("broken", os.urandom(24 << 20))
    pieces = objects.stream("artifacts", "broken")
    next(pieces)
    store.cut()
    with pytest.raises(Unavailable):
        within(10, lambda: list(pieces))


def test_a_wrong_secret_is_our_mistake_and_is_not_told(
    store: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBJECTS_SECRET", "hunter2")
    settings.reset()
    with pytest.raises(RuntimeError, match="403 SignatureDoesNotMatch") as raised:
        put("secret")
    assert "hunter2" not in str(raised.value)


def test_a_bucket_that_is_missing_is_no_missing_object(
    store: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a wrong setting would reject whatever creators upload."""
    monkeypatch.setenv("OBJECTS_ARTIFACTS_BUCKET", "another")
    settings.reset()
    for call in (lambda: objects.stream("artifacts", "a"), lambda: objects.copy("a", "b")):
        with pytest.raises(RuntimeError, match="404 NoSuchBucket"):
            call()


class Failing(BaseHTTPRequestHandler):
    """A store in trouble, which no real one can be asked to be."""

    answers: list[tuple[int, bytes]]
    asked: int

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        type(self).asked += 1
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "3600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def failing(store: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Failing]]:
    kind = type("Kind", (Failing,), {"answers": [], "asked": 0})
    with ThreadingHTTPServer((HOST, 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OBJECTS_ENDPOINT", f"http://{HOST}:{server.server_address[1]}")
        settings.reset()
        yield kind
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_is_tried_once_more(failing: type[Failing], status: int) -> None:
    failing.answers = [(status, b""), (200, b"")]
    within(5, lambda: put("a"))
    assert failing.asked == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_that_stays_is_unavailable(failing: type[Failing], status: int) -> None:
    failing.answers = [(status, b"")] * 2
    with pytest.raises(Unavailable):
        within(5, lambda: put("a"))
    assert failing.asked == 2


def test_a_copy_that_fails_after_its_200_has_failed(failing: type[Failing]) -> None:
    failing.answers = [(200, b"<Error><Code>InternalError</Code></Error>")]
    with pytest.raises(errors.Unavailable, match="InternalError"):
        objects.copy("a", "b")
