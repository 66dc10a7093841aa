"""The gateway: routes requests by the manifests' path rules, as the load balancer does."""

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
# RFC 9110, 7.6.1: these headers belong to one connection and are never forwarded.
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
    """Return a client without keep-alive, so that no request is sent on a closing connection."""
    return httpx.AsyncClient(
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        trust_env=False,
    )


@dataclass(frozen=True)
class Rules:
    """Finds a path's function by the longest matching prefix of whole path segments."""

    owners: Mapping[str, Manifest]

    @classmethod
    def of(cls, manifests: Iterable[Manifest]) -> "Rules":
        """Read the path rules from the manifests."""
        return cls(
            {
                path: manifest
                for manifest in manifests
                if manifest.trigger.http
                for path in manifest.trigger.http.paths
            }
        )

    def owner(self, path: str) -> Manifest | None:
        """Return the function that owns a path; `/v1/a:verb` and `/v1/a/b` belong to `/v1/a`."""
        while path:
            if path in self.owners:
                return self.owners[path]
            cut = max(path.rfind("/"), path.rfind(":"))
            path = path[:cut] if cut > 0 else ""
        return None


@dataclass(frozen=True)
class Gateway:
    """The ASGI application that forwards each request to the function that owns its path.

    address: a function's base URL, with {function} as the placeholder for its name.
    base: the public base URL for links in problem documents.
    """

    rules: Rules
    address: str
    base: str
    client: httpx.AsyncClient = field(default_factory=new_client)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request; return 404 if no function owns its path."""
        request = Request(scope, receive)
        owner = self.rules.owner(scope["path"])
        if owner is not None:
            upstream = self.address.format(function=owner.name)
            headers = [*end_to_end(request.headers.raw), *_forwarded(request)]
            seconds = owner.timeout
            response = await proxy(self.client, request, upstream, headers, seconds, self.base)
        elif request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            response = preflight()
        else:
            response = problem(404, f"There is nothing at {scope['path']}.", self.base)
        with contextlib.suppress(ClientDisconnect):
            await response(scope, receive, send)


async def proxy(  # noqa: PLR0913, PLR0917 - each is a property of the one request
    client: httpx.AsyncClient,
    request: Request,
    upstream: str,
    headers: Headers,
    seconds: float,
    base: str = "",
) -> Response:
    """Forward a request while it streams in; return the response, or 503 if there is none."""
    try:
        return await _exchange(client, request, upstream, headers, seconds)
    except httpx.TimeoutException:
        return problem(503, "The function did not answer in time.", base)
    except httpx.TransportError:
        return problem(503, "The function is not running; it may be starting.", base)
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
    # Built without the client, which would add headers that the caller did not send.
    forwarded = httpx.Request(
        request.method,
        url,
        headers=list(headers),
        content=_body(request),
        extensions={
            # The path exactly as received, without decoding and encoding it again.
            "target": target + (b"?" + query if query else b""),
            "timeout": timeout.as_dict(),
        },
    )
    upstream_response = await client.send(forwarded, stream=True)
    response = StreamingResponse(_content(upstream_response), upstream_response.status_code)
    response.raw_headers = end_to_end(upstream_response.headers.raw)
    return response


def _body(request: Request) -> AsyncIterator[bytes] | None:
    has_body = {"content-length", "transfer-encoding"} & set(request.headers.keys())
    return request.stream() if has_body else None


async def _content(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for part in response.aiter_raw():
            yield part
    finally:
        await response.aclose()


def end_to_end(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return the headers that a proxy forwards, with their names in lower case."""
    lowered = ((name.lower(), value) for name, value in headers)
    return [(name, value) for name, value in lowered if name not in HOP_BY_HOP]


def _forwarded(request: Request) -> Headers:
    client = request.client.host if request.client else "unknown"
    # Each proxy appends its entry. Entries sent by the client stay first and are not trusted.
    yield b"x-forwarded-for", client.encode()
    yield b"x-forwarded-proto", request.url.scheme.encode()
