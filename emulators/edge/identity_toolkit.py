"""A stand-in for two methods of Identity Toolkit, which say what a player's next token carries.

Paths and answers are those of Firebase's own emulator. An account begins with its first token.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulators.cloud.config import Cloud, private
from emulators.console.guard import refusal_off_machine

MAX_CLAIMS = 1000
BASE = "/identitytoolkit.googleapis.com/v1/projects/{project}/accounts"


def _file(state: Path, uid: str) -> Path:
    return state / "issuer" / "accounts" / f"{hashlib.sha256(uid.encode()).hexdigest()}.json"


def sign_in(state: Path, uid: str) -> dict[str, Any]:
    """Return the claims that an account was given; the first time it is made."""
    found = _read(state, uid)
    if found is None:
        _write(state, uid, "{}")
    claims: dict[str, Any] = json.loads(found["customAttributes"]) if found else {}
    return claims


def _read(state: Path, uid: str) -> dict[str, str] | None:
    try:
        found: dict[str, str] = json.loads(_file(state, uid).read_text())
    except FileNotFoundError:
        return None
    return found


def _write(state: Path, uid: str, claims: str) -> None:
    private(_file(state, uid), json.dumps({"localId": uid, "customAttributes": claims}))


def routes(cloud: Cloud) -> list[Route]:
    """Return what the edge serves of it."""

    async def lookup(request: Request) -> Response:
        refused = _refusal(request)
        if refused:
            return refused
        wanted = (await request.json()).get("localId", [])
        found = [account for uid in wanted if (account := _read(cloud.state, uid))]
        return JSONResponse({"users": found} if found else {})

    async def update(request: Request) -> Response:
        refused = _refusal(request)
        if refused:
            return refused
        wish = await request.json()
        if _read(cloud.state, wish["localId"]) is None:
            return _error(400, "USER_NOT_FOUND")
        claims = wish["customAttributes"]
        if len(claims) > MAX_CLAIMS:
            return _error(400, "CLAIMS_TOO_LARGE")
        if not isinstance(json.loads(claims), dict):
            return _error(400, "INVALID_CLAIMS")
        _write(cloud.state, wish["localId"], claims)
        return JSONResponse({"localId": wish["localId"]})

    return [
        Route(f"{BASE}:lookup", lookup, methods=["POST"]),
        Route(f"{BASE}:update", update, methods=["POST"]),
    ]


def _refusal(request: Request) -> Response | None:
    """Refuse pages elsewhere, and who does not say the emulator's word."""
    reason = refusal_off_machine(request.scope)
    if reason:
        return _error(403, reason)
    if request.headers.get("authorization") != "Bearer owner":
        return _error(401, "UNAUTHENTICATED")
    return None


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": {"code": status, "message": message}}, status)
