"""The object store: moto's S3 behind a guard, and every object in a file of its own.

moto checks neither signatures nor when a URL expires, and forgets everything when it ends; a
store that is exchanged for S3, R2 or Google's must not be the first one to refuse something.
"""

import hashlib
import hmac
import io
import json
import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from werkzeug.serving import make_server
from werkzeug.wsgi import get_input_stream

from emulators.cloud import HOST, Cloud, objects_environment
from emulators.serve import handed_over

# Without it moto answers every origin, whatever a bucket's own rules say; read at import.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends

ALGORITHM = "AWS4-HMAC-SHA256"
CLOCK_SKEW = timedelta(minutes=15)
LONGEST = timedelta(days=7)
SHA256_HEX = 64
EXPOSED = ["ETag", "Content-Range", "Content-Length", "Accept-Ranges"]
CORS = {
    "AllowedOrigin": ["*"],
    "AllowedMethod": ["GET", "HEAD", "PUT"],
    "AllowedHeader": ["Content-Type", "Range"],
    "ExposeHeader": EXPOSED,
    "MaxAgeSeconds": "7200",
}


@dataclass(frozen=True)
class Refused(Exception):
    """An answer as S3 writes it: a code for programs, a sentence for people."""

    code: str
    message: str
    status: str = "403 Forbidden"


@dataclass(frozen=True)
class Signature:
    """What a request says of its own signature; `lifetime` where it is a presigned URL."""

    scope: list[str]
    date: str
    headers: list[str]
    value: str
    lifetime: timedelta | None = None


class Guard:
    """Lets through what is signed with the cloud's key, and what everyone may do."""

    def __init__(self, inner: WSGIApplication, settings: dict[str, str], kept: "Kept") -> None:
        self._inner, self._kept = inner, kept
        self._lock = threading.Lock()
        self._credentials = Credentials(settings["OBJECTS_KEY_ID"], settings["OBJECTS_SECRET"])
        self._public = f"/{settings['OBJECTS_PUBLIC_BUCKET']}/"

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request; what was changed is on disk before anyone is told."""

        def begin(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            if environ["REQUEST_METHOD"] in {"PUT", "POST", "DELETE"}:
                self._kept.sync()
            return start(status, [*headers, *_cors(environ, headers)])

        if environ["PATH_INFO"] == "/" and "HTTP_AUTHORIZATION" not in environ:
            start("200 OK", [("Content-Length", "0")])
            return []
        try:
            self._check(environ)
            _take_body(environ)
        except Refused as refused:
            body = _xml(refused) if environ["REQUEST_METHOD"] != "HEAD" else b""
            headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
            start(refused.status, [*headers, *_cors(environ, headers)])
            return [body]
        with self._lock:  # moto is not made for threads: two writers of one key break each other
            return self._inner(environ, begin)

    def _check(self, environ: WSGIEnvironment) -> None:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return  # a browser asks with the URL that it will use, for another method
        try:
            found = _signature(environ)
        except (KeyError, ValueError):
            raise Refused("AccessDenied", "The signature cannot be read.") from None
        if found is None:
            self._check_anonymous(environ)
            return
        if found.scope[0] != self._credentials.access_key:
            raise Refused("InvalidAccessKeyId", "There is no such access key.")
        _check_time(found)
        unsigned = _amz_headers(environ) - set(found.headers)
        if unsigned:
            raise Refused("AccessDenied", f"There were headers which were not signed: {unsigned}")
        if "host" not in found.headers or not self._matches(found, environ):
            raise Refused("SignatureDoesNotMatch", "The signature is not that of this request.")

    def _check_anonymous(self, environ: WSGIEnvironment) -> None:
        path = environ["PATH_INFO"]
        reads = environ["REQUEST_METHOD"] in {"GET", "HEAD"} and not environ["QUERY_STRING"]
        if not (reads and path.startswith(self._public) and path != self._public):
            raise Refused("AccessDenied", "Access Denied")

    def _matches(self, found: Signature, environ: WSGIEnvironment) -> bool:
        """Sign the request again, as its sender did, and compare."""
        path, _, query = environ["RAW_URI"].partition("?")
        parts = [one for one in query.split("&") if not one.startswith("X-Amz-Signature=")]
        headers = {name: _header(environ, name) for name in found.headers}
        url = f"http://{environ['HTTP_HOST']}{path}?{'&'.join(parts)}"
        request = AWSRequest(environ["REQUEST_METHOD"], url, headers)
        request.context["timestamp"] = found.date
        kind = S3SigV4Auth if found.lifetime is None else S3SigV4QueryAuth
        signer = kind(self._credentials, "s3", found.scope[2])
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return hmac.compare_digest(signer.signature(text, request), found.value)


def _signature(environ: WSGIEnvironment) -> Signature | None:
    """Read the signature from the header or the query; KeyError, ValueError when it is broken."""
    given = environ.get("HTTP_AUTHORIZATION")
    if given:
        algorithm, _, rest = given.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        date, lifetime = environ["HTTP_X_AMZ_DATE"], None
    else:
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        parts = {name.removeprefix("X-Amz-"): value for name, value in query.items()}
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
        begun = datetime.strptime(found.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("AccessDenied", "The signature cannot be read.") from None
    age = datetime.now(UTC) - begun
    if found.lifetime is None:
        if abs(age) > CLOCK_SKEW:
            raise Refused("RequestTimeTooSkewed", "The request's clock is too far from ours.")
    elif not timedelta() < found.lifetime <= LONGEST or age < -CLOCK_SKEW:
        raise Refused("AccessDenied", "Request is not valid yet, or for too long.")
    elif age > found.lifetime:
        raise Refused("AccessDenied", "Request has expired")


def _take_body(environ: WSGIEnvironment) -> None:
    """Read the body, so that nobody waits for a slow one, and compare it with its signed hash."""
    body = get_input_stream(environ).read()
    environ["wsgi.input"] = io.BytesIO(body)
    claimed = str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""))
    # Others are words, such as UNSIGNED-PAYLOAD.
    if len(claimed) == SHA256_HEX and hashlib.sha256(body).hexdigest() != claimed:
        raise Refused("XAmzContentSHA256Mismatch", "The body is another one.", "400 Bad Request")


def _amz_headers(environ: WSGIEnvironment) -> set[str]:
    """Return the names of headers that mean something to S3, so that all must be signed."""
    names = {name.removeprefix("HTTP_").lower().replace("_", "-") for name in environ}
    return {name for name in names if name.startswith("x-amz-")}


def _header(environ: WSGIEnvironment, name: str) -> str:
    folded = name.upper().replace("-", "_")
    plain = folded in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    return str(environ.get(folded if plain else f"HTTP_{folded}", ""))


def _xml(refused: Refused) -> bytes:
    text = f"<Code>{refused.code}</Code><Message>{escape(refused.message)}</Message>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{text}</Error>'.encode()


def _cors(environ: WSGIEnvironment, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what a page needs to read an error: moto says it only where all went well."""
    named = {name.lower() for name, _ in headers}
    if "HTTP_ORIGIN" not in environ or "access-control-allow-origin" in named:
        return []
    exposed = ", ".join(EXPOSED)
    return [
        ("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]),
        ("Access-Control-Expose-Headers", exposed),
    ]


class Kept:
    """The objects as files: one line of JSON about the object, then its bytes."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder = folder
        self._public = settings["OBJECTS_PUBLIC_BUCKET"]
        self._buckets = (settings["OBJECTS_ARTIFACTS_BUCKET"], self._public)
        self._backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        self._written: dict[tuple[str, str], Any] = {}

    def load(self) -> None:
        """Make the buckets, and put in what was there before."""
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
        """Write what is new in memory, and remove what is no longer there; one at a time."""
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
        "Action": ["s3:GetObject", "s3:HeadObject"],  # S3 knows only the first, moto asks for both
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [rule]}).encode()


def application(cloud: Cloud) -> WSGIApplication:
    """Build the store of one cloud, with the objects that it had."""
    settings = objects_environment(cloud)
    kept = Kept(cloud.state / "objects", settings)
    kept.load()
    return Guard(create_backend_app("s3"), settings, kept)


def main() -> None:
    """Serve on the socket that the supervisor opened."""
    cloud, listening = handed_over()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its lines would show whole URLs
    make_server(
        HOST,
        cloud.ports["objects"],
        application(cloud),
        threaded=True,
        request_handler=MotoRequestHandler,
        fd=listening.fileno(),
    ).serve_forever()


if __name__ == "__main__":
    main()
