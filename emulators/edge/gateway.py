"""The gateway: one address, path rules from the manifests, as the load balancer will have."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from emulators.edge.responses import preflight, problem
from shared.runtime.manifest import Manifest

CONNECT_SECONDS = 5.0
SPARE_SECONDS = 5.0
# RFC 9110, 7.6.1: these belong to one connection and are never passed on.
HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
Headers = Iterable[tuple[bytes, bytes]]


def new_client() -> httpx.AsyncClient:
    """Return a client that keeps no connection: one that is being closed loses no request."""
    return httpx.AsyncClient(
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        trust_env=False,
    )


@dataclass(frozen=True)
class Rules:
    """Which function owns a path: the longest prefix of whole segments."""

    owners: Mapping[str, Manifest]

    @classmethod
    def of(cls, manifests: Iterable[Manifest]) -> "Rules":
        """Read the rules from the manifests."""
        return cls(
            {
                path: manifest
                for manifest in manifests
                if manifest.trigger.http
                for path in manifest.trigger.http.paths
            }
        )

    def owner(self, path: str) -> Manifest | None:
        """Return the owner of a path; `/v1/a:verb` and `/v1/a/b` belong to `/v1/a`."""
        while path:
            if path in self.owners:
                return self.owners[path]
            cut = max(path.rfind("/"), path.rfind(":"))
            path = path[:cut] if cut > 0 else ""
        return None


@dataclass(frozen=True)
class Gateway:
    """The ASGI application that finds the owner of a request and passes it on.

    address: base address of a function, with {function} in it.
    """

    rules: Rules
    address: str
    base: str
    client: httpx.AsyncClient = field(default_factory=new_client)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say that nobody owns its path."""
        request = Request(scope, receive)
        owner = self.rules.owner(scope["path"])
        if owner is not None:
            upstream = self.address.format(function=owner.name)
            headers = [*passed(request.headers.raw), *_forwarded(request)]
            seconds = owner.timeout
            answer = await proxy(self.client, request, upstream, headers, seconds, self.base)
        elif request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            answer = preflight()
        else:
            answer = problem(404, f"Nothing is at {scope['path']}.", self.base)
        with contextlib.suppress(ClientDisconnect):
            await answer(scope, receive, send)


async def proxy(  # noqa: PLR0913, PLR0917 - one argument a fact of the request
    client: httpx.AsyncClient,
    request: Request,
    upstream: str,
    headers: Headers,
    seconds: float,
    base: str = "",
) -> Response:
    """Pass a request on as it streams in; return the answer, or say 503 when none comes."""
    try:
        return await _exchange(client, request, upstream, headers, seconds)
    except httpx.TimeoutException:
        return problem(503, "The function did not answer in time.", base)
    except httpx.TransportError:
        return problem(503, "The function is away; it is being started.", base)
    except ClientDisconnect:
        return Response(status_code=499)


async def _exchange(
    client: httpx.AsyncClient,
    request: Request,
    upstream: str,
    headers: Headers,
    seconds: float,
) -> Response:
    url = httpx.URL(upstream)
    query = request.scope["query_string"]
    target = url.raw_path.rstrip(b"/") + request.scope["raw_path"]
    timeout = httpx.Timeout(seconds + SPARE_SECONDS, connect=CONNECT_SECONDS)
    # Not through the client, which would add headers that the caller did not send.
    passed_on = httpx.Request(
        request.method,
        url,
        headers=list(headers),
        content=_body(request),
        extensions={
            # The path exactly as it came: nothing is decoded and encoded again.
            "target": target + (b"?" + query if query else b""),
            "timeout": timeout.as_dict(),
        },
    )
    answer = await client.send(passed_on, stream=True)
    response = StreamingResponse(_content(answer), answer.status_code)
    response.raw_headers = passed(answer.headers.raw)
    return response


def _body(request: Request) -> AsyncIterator[bytes] | None:
    with_body = {"content-length", "transfer-encoding"} & set(request.headers.keys())
    return request.stream() if with_body else None


async def _content(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for part in answer.aiter_raw():
            yield part
    finally:
        await answer.aclose()


def passed(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return the headers that are passed on, names in lower case."""
    lowered = ((name.lower(), value) for name, value in headers)
    return [(name, value) for name, value in lowered if name not in HOP_BY_HOP]


def _forwarded(request: Request) -> Headers:
    client = request.client.host if request.client else "unknown"
    # Appended by whoever stands in front: a client's own entry stays first and is never trusted.
    yield b"x-forwarded-for", client.encode()
    yield b"x-forwarded-proto", request.url.scheme.encode()
