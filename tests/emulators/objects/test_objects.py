"""The local object store works with any S3 client, and refuses what S3 refuses."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import botocore.auth
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulators.cloud.config import ROOT
from shared.runtime import objects, settings, signed_requests
from tests.support import local_cloud
from tests.support.local_cloud import LocalCloud

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ORIGIN = "https://creators.example"
BODY = os.urandom(100_000)
TYPE = "application/octet-stream"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with local_cloud.running(tmp_path_factory.mktemp("objects"), "--only", "objects") as started:
        yield started


@pytest.fixture(autouse=True)
def _settings(store: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use(store, monkeypatch)
    yield
    settings.reset()


def use(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point `shared.runtime.objects` at the store of this cloud."""
    for name, value in cloud.env.items():
        monkeypatch.setenv(name, value)
    settings.reset()


def boto(secret: str | None = None, **config: Any) -> "S3Client":
    """Return a boto3 client with default settings."""
    known = settings.objects()
    return boto3.client(
        "s3",
        endpoint_url=known.endpoint,
        region_name="auto",
        aws_access_key_id=known.key_id,
        aws_secret_access_key=secret or known.secret,
        config=Config(
            request_checksum_calculation="when_required", retries={"max_attempts": 0}, **config
        ),
    )


def curl(*words: str) -> tuple[int, str]:
    """Run curl; return the status and the body."""
    ran = subprocess.run(
        ["curl", "-sS", "-w", "\n%{http_code}", *words],
        capture_output=True,
        check=True,
        timeout=60,
    )
    body, _, status = ran.stdout.decode("latin-1").rpartition("\n")
    return int(status), body


def code(answer: httpx.Response) -> str:
    """Return the code of an S3 error."""
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Sign as if at another time."""
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moment)


def test_curl_puts_and_gets(tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    file.write_bytes(BODY)
    url = objects.presign_put("incoming/curl", size=len(BODY), seconds=60)
    assert curl("-T", str(file), "-H", f"Content-Type: {TYPE}", url)[0] == 200
    copied = tmp_path / "copied"
    url = objects.presign_get("incoming/curl", seconds=60)
    assert curl("-o", str(copied), url)[0] == 200
    assert copied.read_bytes() == BODY


def test_boto3_and_the_runtime_read_each_others_objects() -> None:
    bucket = settings.objects().artifacts_bucket
    client = boto()
    client.put_object(Bucket=bucket, Key="from/boto3 é", Body=BODY)
    assert b"".join(objects.stream("artifacts", "from/boto3 é")) == BODY
    objects.put("artifacts", "from/us +", BODY, content_type=TYPE)
    assert client.get_object(Bucket=bucket, Key="from/us +")["Body"].read() == BODY
    listed = client.list_objects_v2(Bucket=bucket, Prefix="from/")["Contents"]
    assert [one["Key"] for one in listed] == ["from/boto3 é", "from/us +"]
    client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "from/us +"}]})
    assert objects.head("artifacts", "from/us +") is None


@pytest.mark.parametrize("style", ["path", "auto"])
def test_urls_that_boto3_signs_work(style: str) -> None:
    client = boto(signature_version="s3v4", s3={"addressing_style": style})
    place = {"Bucket": settings.objects().artifacts_bucket, "Key": "boto3/url"}
    url = client.generate_presigned_url("put_object", Params=place, ExpiresIn=60)
    assert httpx.put(url, content=BODY).status_code == 200
    url = client.generate_presigned_url("get_object", Params=place, ExpiresIn=60)
    assert httpx.get(url).content == BODY


def test_boto3_with_default_checksums_and_multipart_works() -> None:
    known = settings.objects()
    client = boto3.client(
        "s3",
        endpoint_url=known.endpoint,
        region_name="us-east-1",
        aws_access_key_id=known.key_id,
        aws_secret_access_key=known.secret,
    )
    body = os.urandom(12 << 20)
    place: dict[str, Any] = {"Bucket": known.artifacts_bucket, "Key": "parts"}
    upload = client.create_multipart_upload(**place)["UploadId"]
    parts: list[Any] = []
    for number, start in enumerate(range(0, len(body), 6 << 20), 1):
        piece = body[start : start + (6 << 20)]
        sent = client.upload_part(**place, UploadId=upload, PartNumber=number, Body=piece)
        parts.append({"ETag": sent["ETag"], "PartNumber": number})
    client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
    assert b"".join(objects.stream("artifacts", "parts")) == body


def test_a_wrong_secret_is_refused() -> None:
    client, place = boto(secret="guessed"), settings.objects().artifacts_bucket
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client.put_object(Bucket=place, Key="guessed", Body=b"x")
    assert objects.head("artifacts", "guessed") is None


def test_a_body_that_was_not_signed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    signed: list[Any] = []
    pool = signed_requests.pool()
    monkeypatch.setattr(signed_requests, "pool", lambda: Recorder(signed, pool))
    objects.put("artifacts", "body", b"12345", content_type=TYPE)
    url, headers = signed[0]
    assert httpx.put(url, headers=headers, content=b"12345").status_code == 200
    other = httpx.put(url, headers=headers, content=b"54321")
    assert (other.status_code, code(other)) == (400, "XAmzContentSHA256Mismatch")
    assert b"".join(objects.stream("artifacts", "body")) == b"12345"


class Recorder:
    """Forwards requests and records them."""

    def __init__(self, seen: list[Any], pool: Any) -> None:
        self._seen, self._pool = seen, pool

    def request(self, method: str, url: str, **options: Any) -> Any:
        self._seen.append((url, options["headers"]))
        return self._pool.request(method, url, **options)


def other_key(url: str) -> str:
    return url.replace("/incoming/1", "/incoming/2")


def longer(url: str) -> str:
    return url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000")


def other_bucket(url: str) -> str:
    known = settings.objects()
    return url.replace(known.artifacts_bucket, known.public_bucket)


def more(url: str) -> str:
    return url + "&acl"


def other_signature(url: str) -> str:
    return url[:-1] + ("0" if url[-1] != "0" else "1")


def no_signature(url: str) -> str:
    return url.partition("?")[0]


def other_user(url: str) -> str:
    return url.replace("Credential=local", "Credential=other")


def broken_date(url: str) -> str:
    return url.replace("X-Amz-Date=2", "X-Amz-Date=x")


def no_expiry(url: str) -> str:
    return url.replace("X-Amz-Expires=60&", "")


ALTERED: list[tuple[Callable[[str], str], str]] = [
    (other_key, "SignatureDoesNotMatch"),
    (longer, "SignatureDoesNotMatch"),
    (other_bucket, "SignatureDoesNotMatch"),
    (more, "SignatureDoesNotMatch"),
    (other_signature, "SignatureDoesNotMatch"),
    (no_signature, "AccessDenied"),
    (other_user, "InvalidAccessKeyId"),
    (broken_date, "AccessDenied"),
    (no_expiry, "AccessDenied"),
]


@pytest.mark.parametrize(("alter", "why"), ALTERED)
def test_an_altered_url_is_refused(alter: Callable[[str], str], why: str) -> None:
    for key in ("incoming/1", "incoming/2"):
        objects.put("artifacts", key, b"old", content_type=TYPE)
    reading = objects.presign_get("incoming/1", seconds=60)
    writing = objects.presign_put("incoming/1", size=3, seconds=60)
    assert httpx.get(reading).content == b"old"
    got = httpx.get(alter(reading))
    assert (got.status_code, code(got)) == (403, why)
    put = httpx.put(alter(writing), content=b"new", headers={"Content-Type": TYPE})
    assert (put.status_code, code(put)) == (403, why)
    for key in ("incoming/1", "incoming/2"):
        assert b"".join(objects.stream("artifacts", key)) == b"old"


def test_a_url_is_for_one_method_only() -> None:
    objects.put("artifacts", "method", b"old", content_type=TYPE)
    url = objects.presign_get("method", seconds=60)
    for method in ("PUT", "DELETE", "HEAD", "POST"):
        assert httpx.request(method, url).status_code == 403
    assert objects.head("artifacts", "method") is not None


@pytest.mark.parametrize("size", [0, 4, 6])
def test_a_length_that_was_not_signed_is_refused(size: int) -> None:
    url = objects.presign_put("incoming/sized", size=5, seconds=60)
    answer = httpx.put(url, content=b"x" * size, headers={"Content-Type": TYPE})
    assert (answer.status_code, code(answer)) == (403, "SignatureDoesNotMatch")
    in_pieces = httpx.put(url, content=iter([b"x" * size]), headers={"Content-Type": TYPE})
    assert in_pieces.status_code == 403
    assert objects.head("artifacts", "incoming/sized") is None


def test_a_content_type_that_was_not_signed_is_refused() -> None:
    url = objects.presign_put("incoming/typed", size=5, seconds=60, content_type="image/webp")
    answer = httpx.put(url, content=b"12345", headers={"Content-Type": "text/html"})
    assert (answer.status_code, code(answer)) == (403, "SignatureDoesNotMatch")
    assert httpx.put(url, content=b"12345", headers={"Content-Type": "image/webp"}).is_success


def test_an_upload_cannot_copy_a_private_object() -> None:
    objects.put("artifacts", "private", b"secret", content_type=TYPE)
    url = objects.presign_put("incoming/copy", size=0, seconds=60)
    source = {"x-amz-copy-source": f"/{settings.objects().artifacts_bucket}/private"}
    answer = httpx.put(url, headers={"Content-Type": TYPE, **source})
    assert (answer.status_code, code(answer)) == (403, "AccessDenied")
    assert objects.head("artifacts", "incoming/copy") is None


def test_an_expired_url_is_refused_and_so_is_one_from_the_future(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    objects.put("artifacts", "incoming/1", b"old", content_type=TYPE)
    now = datetime.now(UTC)
    for moment, status in (
        (now - timedelta(seconds=50), 200),
        (now - timedelta(seconds=62), 403),
        (now + timedelta(minutes=20), 403),
    ):
        at(monkeypatch, moment)
        url = objects.presign_get("incoming/1", seconds=60)
        assert httpx.get(url).status_code == status
    at(monkeypatch, now - timedelta(seconds=62))
    answer = httpx.put(
        objects.presign_put("incoming/1", size=3, seconds=60),
        content=b"new",
        headers={"Content-Type": TYPE},
    )
    assert "Request has expired" in answer.text
    monkeypatch.undo()


def test_a_request_signed_long_ago_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, datetime.now(UTC) - timedelta(minutes=16))
    with pytest.raises(RuntimeError, match="RequestTimeTooSkewed"):
        objects.stream("artifacts", "a")


def test_anonymous_requests_only_read_public_objects() -> None:
    known, everyone = settings.objects(), settings.public_objects().url
    objects.put("public", "shown", b"shown", content_type="text/plain")
    objects.put("artifacts", "hidden", b"treasure", content_type="text/plain")
    public = objects.public_url("shown")
    hidden = f"{known.endpoint}/{known.artifacts_bucket}/hidden"
    assert httpx.get(public).content == b"shown"
    assert httpx.head(public).headers["content-length"] == "5"
    refused = [
        httpx.get(hidden),
        httpx.head(hidden),
        httpx.get(everyone),
        httpx.get(f"{everyone}/"),
        httpx.get(f"{everyone}?list-type=2"),
        httpx.get(public + "?acl"),
        httpx.get(f"{everyone}/../{known.artifacts_bucket}/hidden"),
        curl_status(f"{everyone}/../{known.artifacts_bucket}/hidden"),
        httpx.put(public, content=b"x"),
        httpx.post(public, content=b"x"),
        httpx.delete(public),
        httpx.put(f"{known.endpoint}/new-bucket"),
        httpx.post(f"{known.endpoint}/moto-api/reset"),
    ]
    assert [one.status_code for one in refused if one.status_code not in {403, 404}] == []
    assert all("treasure" not in one.text for one in refused)
    assert httpx.get(public).content == b"shown"


def curl_status(url: str) -> httpx.Response:
    """Request the path exactly as written."""
    status, body = curl("--path-as-is", url)
    return httpx.Response(status, text=body)


def preflight(url: str, method: str) -> httpx.Response:
    asks = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type,range",
    }
    return httpx.request("OPTIONS", url, headers=asks)


def test_a_page_may_put_get_and_read_ranges() -> None:
    url = objects.presign_put("incoming/page", size=5, seconds=60)
    allowed = preflight(url, "PUT")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] in {"*", ORIGIN}
    assert {"GET", "HEAD", "PUT"} <= set(
        allowed.headers["access-control-allow-methods"].split(", ")
    )
    assert allowed.headers["access-control-allow-headers"] == "Content-Type, Range"
    put = httpx.put(url, content=b"12345", headers={"Content-Type": TYPE, "Origin": ORIGIN})
    assert readable(put) >= {"etag"}
    url = objects.presign_get("incoming/page", seconds=60)
    part = httpx.get(url, headers={"Range": "bytes=1-2", "Origin": ORIGIN})
    assert (part.status_code, part.content) == (206, b"23")
    assert part.headers["content-range"] == "bytes 1-2/5"
    assert readable(part) >= {"etag", "content-range", "content-length"}


def test_the_cors_rules_are_those_documented_for_production() -> None:
    page = (ROOT / "docs/objects.md").read_text()
    written = json.loads(page.partition("```json\n")[2].partition("```")[0])["CORSRules"]
    bucket = settings.objects().artifacts_bucket
    assert boto().get_bucket_cors(Bucket=bucket)["CORSRules"] == written


def test_a_page_can_read_an_error() -> None:
    origin = {"Origin": ORIGIN}
    missing = httpx.get(objects.public_url("none"), headers=origin)
    refused = httpx.get(objects.presign_get("a", seconds=60) + "0", headers=origin)
    assert [missing.status_code, refused.status_code] == [404, 403]
    assert readable(missing)
    assert readable(refused)


def readable(answer: httpx.Response) -> set[str]:
    """Return the headers that a page of another origin may read."""
    assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN}
    exposed = answer.headers["access-control-expose-headers"]
    return {name.strip().lower() for name in exposed.split(",")}


def test_objects_survive_a_killed_process(store: LocalCloud) -> None:
    objects.put("artifacts", "kept", BODY, content_type=TYPE)
    objects.put("artifacts", "gone", BODY, content_type=TYPE)
    objects.delete("artifacts", "gone")
    before = objects.head("artifacts", "kept")
    killed = store.pid("objects")
    store.kill("objects")
    store.wait_until_back("objects", killed)
    assert objects.head("artifacts", "kept") == before
    objects.copy("kept", "copied")
    assert b"".join(objects.stream("artifacts", "copied")) == BODY
    assert objects.head("artifacts", "gone") is None


def test_concurrent_writers_of_one_key_succeed(store: LocalCloud) -> None:
    bodies = [bytes([number]) * 100_000 for number in range(100)]

    def put(body: bytes) -> None:
        objects.put("artifacts", "contested", body, content_type=TYPE)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(put, bodies))
    last = b"".join(objects.stream("artifacts", "contested"))
    assert last in bodies
    killed = store.pid("objects")
    store.kill("objects")
    store.wait_until_back("objects", killed)
    assert b"".join(objects.stream("artifacts", "contested")) == last


def test_objects_survive_the_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with local_cloud.running(tmp_path, "--only", "objects") as first:
        use(first, monkeypatch)
        objects.put(
            "public",
            "é/1",
            b"packed",
            content_type="a/b",
            content_encoding="gzip",
            immutable=True,
        )
        before = httpx.head(objects.public_url("é/1")).headers
    with local_cloud.running(tmp_path, "--only", "objects") as second:
        use(second, monkeypatch)
        after = httpx.head(objects.public_url("é/1")).headers
        assert b"".join(objects.stream("public", "é/1")) == b"packed"
    names = ("content-type", "content-encoding", "cache-control", "etag", "last-modified")
    assert [after[name] for name in names] == [before[name] for name in names]


def test_its_log_has_no_presigned_url(store: LocalCloud) -> None:
    url = objects.presign_get("logged", seconds=60)
    httpx.get(url)
    signature = urlsplit(url).query.partition("X-Amz-Signature=")[2]
    log = store.cloud.log("objects")
    assert not log.exists() or signature not in log.read_text()
