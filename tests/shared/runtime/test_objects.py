"""Objects: bytes are unchanged, an unavailable store is 503, and no secret is shown."""

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
from tests.shared.runtime.proxies import Proxy, proxy
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
def store(running: LocalCloud, project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy through which `shared.runtime.objects` reaches the store."""
    with proxy(HOST, running.cloud.ports["objects"]) as made:
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
    """The behaviour of a store that is available."""

    @pytest.mark.parametrize("key", KEYS)
    def test_a_key_with_any_characters_is_one_object(self, key: str) -> None:
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
    def test_a_key_that_could_escape_its_prefix_is_refused(self, key: str) -> None:
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

    def test_a_missing_object_is_not_found(self) -> None:
        assert objects.head("artifacts", "none") is None
        with pytest.raises(NotFound):
            objects.stream("public", "none")
        with pytest.raises(NotFound):
            objects.copy("none", "target")
        assert objects.head("artifacts", "target") is None
        objects.delete("artifacts", "none")

    def test_the_public_bucket_is_readable_with_its_headers(self) -> None:
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

    def test_the_two_buckets_are_separate(self) -> None:
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
        disposition = got.headers["content-disposition"]
        assert disposition.startswith(
            "attachment; filename*=UTF-8''Trainer%20%22%C3%BC%22%3B%20a%3Db%0D"
        )
        assert "x" not in got.headers

    @pytest.mark.parametrize("size", [0, 1, 1000, (1 << 20) + 1])
    def test_a_stream_has_every_byte_once(self, size: int) -> None:
        body = os.urandom(size)
        put("sized", body)
        pieces = list(objects.stream("artifacts", "sized", 300_000))
        assert b"".join(pieces) == body
        assert all(len(one) <= 300_000 for one in pieces)

    def test_a_stream_holds_one_chunk_in_memory(self) -> None:
        put("large", os.urandom(24 << 20))
        put("small")
        whole(
            "artifacts", "small"
        )  # the first call creates shared state that is not part of the stream
        tracemalloc.start()
        length = sum(len(one) for one in objects.stream("artifacts", "large"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert length == 24 << 20
        assert peak < 4 << 20

    def test_a_stream_that_is_closed_early_frees_its_connection(self) -> None:
        put("large", os.urandom(24 << 20))
        for _ in range(3):
            pieces = objects.stream("artifacts", "large")
            assert len(next(pieces)) == 1 << 20
            pieces.close()  # type: ignore[attr-defined]
        assert objects.head("artifacts", "large") is not None

    def test_every_call_is_a_span_without_secrets(self, lines: Lines) -> None:
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
def test_a_stopped_store_is_unavailable(store: Proxy, call: Callable[[], object]) -> None:
    store.close()
    with pytest.raises(Unavailable):
        within(5, call)


@pytest.mark.parametrize("call", CALLS)
def test_a_store_that_hangs_is_unavailable_after_the_timeout(
    store: Proxy, call: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_requests, "READ_SECONDS", 0.3)
    monkeypatch.setattr(objects, "COPY_SECONDS", 0.3)
    store.stall()
    with pytest.raises(Unavailable):
        within(5, call)


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_lost_request_is_retried(store: Proxy, cut: str) -> None:
    setattr(store, cut, b"PUT /")
    put("lost", b"found")
    assert getattr(store, cut) is None, "the proxy did not drop the connection"
    assert whole("artifacts", "lost") == b"found"


def test_an_interrupted_stream_is_unavailable(store: Proxy) -> None:
    put("broken", os.urandom(24 << 20))
    pieces = objects.stream("artifacts", "broken")
    next(pieces)
    store.drop_connections()
    with pytest.raises(Unavailable):
        within(10, lambda: list(pieces))


def test_a_wrong_secret_is_our_bug_and_is_not_shown(
    store: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBJECTS_SECRET", "hunter2")
    settings.reset()
    with pytest.raises(RuntimeError, match="403 SignatureDoesNotMatch") as raised:
        put("secret")
    assert "hunter2" not in str(raised.value)


def test_a_missing_bucket_is_not_a_missing_object(
    store: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a wrong setting would reject all uploads of creators."""
    monkeypatch.setenv("OBJECTS_ARTIFACTS_BUCKET", "another")
    settings.reset()
    for call in (lambda: objects.stream("artifacts", "a"), lambda: objects.copy("a", "b")):
        with pytest.raises(RuntimeError, match="404 NoSuchBucket"):
            call()


class FailingStore(BaseHTTPRequestHandler):
    """A fake store that returns the given errors; a real one cannot be made to."""

    answers: list[tuple[int, bytes]]
    requests: int

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        type(self).requests += 1
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "3600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def failing(store: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FailingStore]]:
    kind = type("Kind", (FailingStore,), {"answers": [], "requests": 0})
    with ThreadingHTTPServer((HOST, 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OBJECTS_ENDPOINT", f"http://{HOST}:{server.server_address[1]}")
        settings.reset()
        yield kind
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_error_is_retried_once(failing: type[FailingStore], status: int) -> None:
    failing.answers = [(status, b""), (200, b"")]
    within(5, lambda: put("a"))
    assert failing.requests == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_repeated_server_error_is_unavailable(failing: type[FailingStore], status: int) -> None:
    failing.answers = [(status, b"")] * 2
    with pytest.raises(Unavailable):
        within(5, lambda: put("a"))
    assert failing.requests == 2


def test_a_copy_that_fails_after_its_200_is_an_error(failing: type[FailingStore]) -> None:
    failing.answers = [(200, b"<Error><Code>InternalError</Code></Error>")]
    with pytest.raises(errors.Unavailable, match="InternalError"):
        objects.copy("a", "b")
