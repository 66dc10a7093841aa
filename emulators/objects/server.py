"""Runs moto's S3 behind signature and expiry checks, and saves every object in a file.

moto checks neither signatures nor expiry, and loses all objects when it stops. Without signature
checks, a signing mistake would appear only in production.
"""

import hashlib
import hmac
import io
import json
import logging
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server import werkzeug_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server
from werkzeug.wrappers import Request

from emulators.cloud.config import HOST, Cloud, objects_environment
from emulators.cloud.http_server import inherited

ALGORITHM = "AWS4-HMAC-SHA256"
CLOCK_SKEW = timedelta(minutes=15)
LONGEST = timedelta(days=7)
SHA256_HEX = 64
AMZ = re.compile("x-amz-", re.IGNORECASE)
"""Headers that change how S3 handles a request, so they must be signed."""

Headers = list[tuple[str, str]]
EXPOSED = ["ETag", "Content-Range", "Content-Length", "Accept-Ranges"]
CORS = {
    "AllowedOrigin": ["*"],
    "AllowedMethod": ["GET", "HEAD", "PUT"],
    "AllowedHeader": ["Content-Type", "Range"],
    "ExposeHeader": EXPOSED,
    "MaxAgeSeconds": "7200",
}


@dataclass(eq=False)
class Refused(Exception):
    """An S3 error response, with a machine-readable code and a human-readable message."""

    code: str
    message: str
    status: str = "403 Forbidden"


@dataclass(frozen=True)
class Signature:
    """The signature of a request; only a presigned URL has a `lifetime`."""

    scope: list[str]
    date: str
    headers: list[str]
    value: str
    lifetime: timedelta | None = None


class Guard:
    """Admits requests signed with the cloud's key, and anonymous reads of public objects."""

    def __init__(self, inner: WSGIApplication, settings: dict[str, str], files: "Files") -> None:
        self._inner, self._files = inner, files
        self._lock = threading.Lock()
        self._credentials = Credentials(settings["OBJECTS_KEY_ID"], settings["OBJECTS_SECRET"])
        self._public = f"/{settings['OBJECTS_PUBLIC_BUCKET']}/"

    def __call__(self, wsgi: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Handle a request, writing any changes to disk before the response begins."""
        request = Request(wsgi)

        def begin(status: str, headers: Headers, *_: Any) -> Any:
            if request.method in {"PUT", "POST", "DELETE"}:
                self._files.sync()
            return start(status, [*headers, *_cors(request, headers)])

        if request.path == "/" and "Authorization" not in request.headers:
            start("200 OK", [("Content-Length", "0")])
            return []
        try:
            self._check(request, wsgi["RAW_URI"])
            wsgi["wsgi.input"] = io.BytesIO(_body(request))
        except Refused as refused:
            body = _xml(refused) if request.method != "HEAD" else b""
            headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
            start(refused.status, [*headers, *_cors(request, headers)])
            return [body]
        with self._lock:  # moto is not thread-safe: concurrent writes to one key fail
            return self._inner(wsgi, begin)

    def _check(self, request: Request, uri: str) -> None:
        if request.method == "OPTIONS":
            return  # a preflight has the signature of the request that follows it
        try:
            found = _signature(request)
        except (KeyError, ValueError):
            raise Refused("AccessDenied", "The signature is malformed.") from None
        if found is None:
            self._check_anonymous(request)
            return
        if found.scope[0] != self._credentials.access_key:
            raise Refused("InvalidAccessKeyId", "The access key does not exist.")
        _check_time(found)
        sent = {name.lower() for name, _ in request.headers if AMZ.match(name)}
        if unsigned := sent - set(found.headers):
            raise Refused("AccessDenied", f"There were headers which were not signed: {unsigned}")
        if "host" not in found.headers or not self._matches(found, request, uri):
            raise Refused("SignatureDoesNotMatch", "The signature does not match the request.")

    def _check_anonymous(self, request: Request) -> None:
        reads = request.method in {"GET", "HEAD"} and not request.query_string
        if not (reads and request.path.startswith(self._public) and request.path != self._public):
            raise Refused("AccessDenied", "Access Denied")

    def _matches(self, found: Signature, request: Request, uri: str) -> bool:
        """Compute the request's signature, and compare it with the signature that was sent."""
        path, _, query = uri.partition("?")
        parts = [one for one in query.split("&") if not one.startswith("X-Amz-Signature=")]
        headers = {name: request.headers.get(name, "") for name in found.headers}
        again = AWSRequest(
            request.method, f"{request.host_url}{path[1:]}?{'&'.join(parts)}", headers
        )
        again.context["timestamp"] = found.date
        kind = S3SigV4Auth if found.lifetime is None else S3SigV4QueryAuth
        signer = kind(self._credentials, "s3", found.scope[2])
        text = signer.string_to_sign(again, signer.canonical_request(again))
        return hmac.compare_digest(signer.signature(text, again), found.value)


def _signature(request: Request) -> Signature | None:
    """Parse the signature in the header or query.

    Raises KeyError or ValueError if the signature is malformed.
    """
    given = request.headers.get("Authorization")
    if given:
        algorithm, _, rest = given.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        date, lifetime = request.headers["X-Amz-Date"], None
    else:
        parts = {name.removeprefix("X-Amz-"): value for name, value in request.args.items()}
        if "Signature" not in parts:
            return None
        algorithm, date = parts["Algorithm"], parts["Date"]
        lifetime = timedelta(seconds=int(parts["Expires"]))
    scope = parts["Credential"].split("/")
    if algorithm != ALGORITHM or len(scope) != 5 or scope[1] != date[:8]:  # noqa: PLR2004
        raise ValueError(algorithm)
    return Signature(scope, date, parts["SignedHeaders"].split(";"), parts["Signature"], lifetime)


def _check_time(found: Signature) -> None:
    try:
        signed_at = datetime.strptime(found.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("AccessDenied", "The signature is malformed.") from None
    age = datetime.now(UTC) - signed_at
    if found.lifetime is None:
        if abs(age) > CLOCK_SKEW:
            raise Refused("RequestTimeTooSkewed", "The request time is too far from server time.")
    elif not timedelta() < found.lifetime <= LONGEST or age < -CLOCK_SKEW:
        raise Refused("AccessDenied", "Request is not valid yet, or its lifetime is too long.")
    elif age > found.lifetime:
        raise Refused("AccessDenied", "Request has expired")


def _body(request: Request) -> bytes:
    """Read the body and compare it with its signed hash.

    The body is read before the lock is taken, so that a slow client blocks no other request.
    """
    body = request.stream.read()
    claimed = request.headers.get("X-Amz-Content-Sha256", "")
    # Other values, such as UNSIGNED-PAYLOAD, are not hashes.
    if len(claimed) == SHA256_HEX and hashlib.sha256(body).hexdigest() != claimed:
        message = "The body does not match its hash."
        raise Refused("XAmzContentSHA256Mismatch", message, "400 Bad Request")
    return body


def _xml(refused: Refused) -> bytes:
    text = f"<Code>{refused.code}</Code><Message>{escape(refused.message)}</Message>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{text}</Error>'.encode()


def _cors(request: Request, headers: Headers) -> Headers:
    """Return the CORS headers for an error response; moto sends them only on success."""
    origin = request.headers.get("Origin")
    present = {name.lower() for name, _ in headers}
    if origin is None or "access-control-allow-origin" in present:
        return []
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", ", ".join(EXPOSED)),
    ]


class Files:
    """Saves each object in a file: a line of JSON metadata, followed by the content."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder = folder
        self._public = settings["OBJECTS_PUBLIC_BUCKET"]
        self._buckets = (settings["OBJECTS_ARTIFACTS_BUCKET"], self._public)
        self._backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        self._written: dict[tuple[str, str], Any] = {}

    def load(self) -> None:
        """Create the buckets, and load the objects from their files."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in self._buckets:
            self._backend.create_bucket(name, "us-east-1")
            self._backend.put_bucket_cors(name, [CORS])
        self._backend.put_bucket_policy(self._public, _everyone_reads(self._public))
        for draft in self._folder.glob("*.draft"):
            draft.unlink()
        for file in self._folder.iterdir():
            with file.open("rb") as opened:
                about = json.loads(opened.readline())
                bucket, name = about["bucket"], about["name"]
                key = self._backend.put_object(bucket, name, opened.read(), etag=about["etag"])
            key.set_metadata(about["headers"], replace=True)
            key.last_modified = datetime.fromisoformat(about["modified"])
            self._written[bucket, name] = key

    def sync(self) -> None:
        """Write new objects to files, and delete the files of deleted objects."""
        now = {
            (bucket, name): self._backend.get_bucket(bucket).keys.get(name)
            for bucket in self._buckets
            for name in self._backend.get_bucket(bucket).keys
        }
        for place, key in now.items():
            if self._written.get(place) is not key:
                self._write(place, key)
        for place in self._written.keys() - now.keys():
            self._file(place).unlink(missing_ok=True)
        self._written = now

    def _write(self, place: tuple[str, str], key: Any) -> None:
        about = {
            "bucket": place[0],
            "name": place[1],
            "etag": key.etag.strip('"'),
            "headers": dict(key.metadata),
            "modified": key.last_modified.isoformat(),
        }
        file = self._file(place)
        draft = file.with_suffix(".draft")
        draft.write_bytes(json.dumps(about).encode() + b"\n" + key.value)
        draft.replace(file)

    def _file(self, place: tuple[str, str]) -> Path:
        return self._folder / hashlib.sha256("/".join(place).encode()).hexdigest()


def _everyone_reads(bucket: str) -> bytes:
    rule = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:HeadObject"],  # S3 has only the first; moto requires both
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [rule]}).encode()


def application(cloud: Cloud) -> WSGIApplication:
    """Build a cloud's object store, and load the saved objects."""
    settings = objects_environment(cloud)
    files = Files(cloud.state / "objects", settings)
    files.load()
    # Otherwise, moto allows every origin and ignores the bucket's rules.
    werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]
    return Guard(werkzeug_app.create_backend_app("s3"), settings, files)


def main() -> None:
    """Serve on the socket that the supervisor opened."""
    cloud, listening = inherited()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its lines contain presigned URLs
    make_server(
        HOST,
        cloud.ports["objects"],
        application(cloud),
        threaded=True,
        request_handler=werkzeug_app.MotoRequestHandler,
        fd=listening.fileno(),
    ).serve_forever()


if __name__ == "__main__":
    main()
