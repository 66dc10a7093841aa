"""The edge process: issuer, gateway, event relay, schedules and console."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulators.cloud.config import ROOT, Cloud, environment
from emulators.cloud.http_server import inherited, server
from emulators.console import routes as console_routes
from emulators.console.guard import refusal_unless_local
from emulators.console.monitor import Monitor
from emulators.console.routes import Console
from emulators.edge import identity_toolkit, issuer, prometheus, schedules
from emulators.edge.gateway import Gateway, Rules
from emulators.edge.relay import open_relay
from emulators.edge.responses import CORS, preflight, problem
from shared.runtime import logs, manifest
from shared.runtime.http.batches import described
from shared.runtime.identity import is_uid
from shared.runtime.manifest import Manifest

OPENAPI = ROOT / "docs" / "openapi.json"
MARKER = (b"savepoint-environment", b"emulated")


def _uid(text: str) -> str:
    if not is_uid(text):
        raise ValueError("not a valid uid")
    return text


class TokenRequest(BaseModel):
    """The account to sign in, and its additional roles."""

    model_config = ConfigDict(extra="forbid", strict=True)

    uid: Annotated[str, AfterValidator(_uid)]
    roles: list[Literal["player", "creator", "admin"]] = []


def application(cloud: Cloud) -> Starlette:
    """Build the edge of one cloud."""
    functions = _functions(cloud)
    address = environment(cloud)["CONSUMER_URL"]
    base = cloud.public_url or cloud.url("edge")
    gateway = Gateway(Rules.of(functions.values()), address, base)
    relay = open_relay(cloud.state, functions, address, gateway.client, cloud.backoff)
    scheduled = functions.values() if cloud.schedules else ()
    live = Monitor(cloud, functions, gateway.client)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        jobs = {
            "relay": relay.run(),
            "schedules": schedules.run(gateway.client, address, scheduled),
            "console": live.run(),
        }
        tasks = [asyncio.create_task(_logged(name, job)) for name, job in jobs.items()]
        yield
        for task in tasks:
            task.cancel()

    async def health(_request: Request) -> Response:
        return JSONResponse({"events_waiting": relay.store.waiting()})

    document_events = "/functions/projects/{project}/triggers/{trigger}"
    routes = [
        Route("/_local/health", health),
        Route("/openapi.json", _openapi),
        *_issuer_routes(cloud),
        *identity_toolkit.routes(cloud),
        *prometheus.routes(),
        *console_routes.routes(Console(cloud, functions, gateway.client, live)),
        Route(document_events, relay.accept, methods=["POST"]),
        Mount("/", gateway),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.live = live
    return app


async def _openapi(_request: Request) -> Response:
    return FileResponse(OPENAPI, headers=CORS)


def _functions(cloud: Cloud) -> dict[str, Manifest]:
    """Return the valid manifests, and log the invalid ones."""
    try:
        return manifest.discover(cloud.roots)
    except manifest.ManifestError:
        logs.error("the edge starts without the functions whose manifests are invalid")
    found: dict[str, Manifest] = {}
    for folder in (folder for root in cloud.roots for folder in manifest.folders(root)):
        with contextlib.suppress(manifest.ManifestError):
            one = manifest.load(folder)
            found.setdefault(one.name, one)
    return found


async def _logged(name: str, job: Coroutine[Any, Any, None]) -> None:
    try:
        await job
    except Exception:  # noqa: BLE001 - a background task's exception would go unseen
        logs.error(f"the {name} stopped; restart the local cloud")


def _issuer_routes(cloud: Cloud) -> list[Route]:
    async def keys(_request: Request) -> Response:
        cache = {"Cache-Control": f"public, max-age={issuer.JWKS_SECONDS}"}
        return JSONResponse(issuer.jwks(cloud.state), headers=cache)

    async def rotate(request: Request) -> Response:
        reason = refusal_unless_local(request.scope)
        if reason:
            return problem(403, reason)
        return JSONResponse({"kid": issuer.rotate(cloud.state)})

    async def token(request: Request) -> Response:
        reason = refusal_unless_local(request.scope)
        if reason:
            return problem(403, reason)
        if request.method == "OPTIONS":
            return preflight()
        try:
            wanted = TokenRequest.model_validate_json(await request.body())
        except ValidationError as error:
            found = described(error)
            detail = "; ".join(f"{one['field']}: {one['detail']}" for one in found)
            return problem(400, detail, errors=found)
        minted = issuer.mint(cloud, wanted.uid, wanted.roles)
        headers = CORS | {"Cache-Control": "no-store"}
        return JSONResponse({"id_token": minted, "expires_in": issuer.LIFETIME}, headers=headers)

    return [
        Route("/_local/issuer/jwks.json", keys),
        Route("/_local/issuer/rotate", rotate, methods=["POST"]),
        Route("/_local/issuer/token", token, methods=["POST", "OPTIONS"]),
    ]


def marked(app: ASGIApp) -> ASGIApp:
    """Add a header to every response to distinguish it from a production response."""

    async def marking(scope: Scope, receive: Receive, send: Send) -> None:
        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], MARKER]
            await send(message)

        await app(scope, receive, mark)

    return marking


def main() -> None:
    """Serve on the socket that the supervisor opened."""
    cloud, listening = inherited()
    app = application(cloud)
    server(marked(app), on_shutdown=app.state.live.ring.close).run(sockets=[listening])


if __name__ == "__main__":
    main()
