"""Emulates two methods of Identity Toolkit: looking up an account and setting its claims.

The paths and responses match those of the Firebase Authentication emulator. Minting a token for a
new uid creates the account.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulators.cloud.config import Cloud, write_private
from emulators.console.guard import refusal_unless_local

MAX_CLAIMS = 1000
BASE = "/identitytoolkit.googleapis.com/v1/projects/{project}/accounts"


def _file(state: Path, uid: str) -> Path:
    return state / "issuer" / "accounts" / f"{hashlib.sha256(uid.encode()).hexdigest()}.json"


def sign_in(state: Path, uid: str) -> dict[str, Any]:
    """Return an account's custom claims; create the account if it does not exist."""
    account = _read(state, uid)
    if account is None:
        _write(state, uid, "{}")
    claims: dict[str, Any] = json.loads(account["customAttributes"]) if account else {}
    return claims


def _read(state: Path, uid: str) -> dict[str, str] | None:
    try:
        account: dict[str, str] = json.loads(_file(state, uid).read_text())
    except FileNotFoundError:
        return None
    return account


def _write(state: Path, uid: str, claims: str) -> None:
    write_private(_file(state, uid), json.dumps({"localId": uid, "customAttributes": claims}))


def routes(cloud: Cloud) -> list[Route]:
    """Return the routes for account lookup and for setting claims."""

    async def lookup(request: Request) -> Response:
        refused = _refusal(request)
        if refused:
            return refused
        uids = (await request.json()).get("localId", [])
        accounts = [account for uid in uids if (account := _read(cloud.state, uid))]
        return JSONResponse({"users": accounts} if accounts else {})

    async def update(request: Request) -> Response:
        refused = _refusal(request)
        if refused:
            return refused
        body = await request.json()
        if _read(cloud.state, body["localId"]) is None:
            return _error(400, "USER_NOT_FOUND")
        claims = body["customAttributes"]
        if len(claims) > MAX_CLAIMS:
            return _error(400, "CLAIMS_TOO_LARGE")
        if not isinstance(json.loads(claims), dict):
            return _error(400, "INVALID_CLAIMS")
        _write(cloud.state, body["localId"], claims)
        return JSONResponse({"localId": body["localId"]})

    return [
        Route(f"{BASE}:lookup", lookup, methods=["POST"]),
        Route(f"{BASE}:update", update, methods=["POST"]),
    ]


def _refusal(request: Request) -> Response | None:
    """Refuse requests that come from other origins or lack the emulator's token."""
    reason = refusal_unless_local(request.scope)
    if reason:
        return _error(403, reason)
    if request.headers.get("authorization") != "Bearer owner":
        return _error(401, "UNAUTHENTICATED")
    return None


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": {"code": status, "message": message}}, status)
