"""Call an HTTP function without a server, the way a host does."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from starlette.requests import Request

from shared.runtime import http
from shared.runtime.http.api import EntryPoint
from shared.runtime.responses import Raw

MANIFEST: dict[str, Any] = {
    "description": "A function of the tests.",
    "trigger": {"http": {"paths": ["/v1/things"], "caller": "public"}},
    "memory": "256Mi",
    "cpu": 1,
    "concurrency": 10,
    "instances": {"max": 1},
    "timeout": 60,
    "limits": {"body_bytes": 10_000, "items": 20},
    "objectives": {"availability": 0.99, "p99_ms": 500},
}


@dataclass(frozen=True)
class Answer:
    """The response a client would see."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the header's value, or None; a header sent twice fails the test."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2, f"{name} was sent twice"
        return values[0] if values else None

    def json(self) -> Any:
        return json.loads(self.body)


def folder(parent: Path, name: str = "things", **changes: Any) -> Path:
    """Write a function's folder with a manifest and return its entry file."""
    (parent / name).mkdir()
    (parent / name / "function.yaml").write_text(yaml.safe_dump({**MANIFEST, **changes}))
    return parent / name / "main.py"


def make(parent: Path, **changes: Any) -> http.Api:
    return http.Api(str(folder(parent, **changes)))


async def deliver(
    main: EntryPoint,
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    body: bytes | Iterable[bytes] = b"",
) -> Answer:
    """Send one request the way the ASGI host does; chunks of the body arrive one by one."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in (headers or {}).items()],
    }
    chunks = iter([body] if isinstance(body, bytes) else body)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        chunk = next(chunks, None)
        more = chunk is not None
        return {"type": "http.request", "body": chunk or b"", "more_body": more}

    async def send(message: Any) -> None:
        sent.append(message)

    request = Request(scope, receive)
    raw: Raw = await main(request)
    await raw(scope, receive, send)
    listed = [(key.decode(), value.decode("latin-1")) for key, value in sent[0]["headers"]]
    return Answer(sent[0]["status"], listed, sent[1]["body"])


def ask(
    api: http.Api,
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    body: bytes | Iterable[bytes] | Any = b"",
) -> Answer:
    """Send one request to an API; a `dict` or `list` body is sent as JSON."""
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    return asyncio.run(deliver(api.entry_point(), method, target, headers, body))
