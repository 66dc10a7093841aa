"""Refuses cross-origin requests, so that other websites cannot access a local cloud."""

import re

from starlette.datastructures import Headers
from starlette.types import Scope

NAMES = ("127.0.0.1", "localhost", "[::1]")
OWN_SITES = ("same-origin", "none")
_LOOPBACK = re.compile(rf"http://({'|'.join(map(re.escape, NAMES))})(:[0-9]+)?")


def refusal(scope: Scope) -> str | None:
    """Return the reason for refusing a request, or None if it did not come from another website."""
    headers = Headers(scope=scope)
    if reason := _wrong_host(headers, scope):
        return reason
    if headers.get("sec-fetch-site", "none") not in OWN_SITES:
        return "Cross-site requests to the console are not allowed."
    own = f"http://{headers['host']}"
    if headers.get("origin", own) != own:
        return "Cross-origin requests to the console are not allowed."
    return None


def refusal_unless_local(scope: Scope) -> str | None:
    """Return the reason for refusing a request, or None if it did not come from a remote page.

    Origins with any port are allowed, because a page in development has its own server.
    """
    headers = Headers(scope=scope)
    if reason := _wrong_host(headers, scope):
        return reason
    origin = headers.get("origin")
    if origin is not None and not _LOOPBACK.fullmatch(origin):
        return f"Only pages at http://localhost or http://127.0.0.1 are allowed, not {origin}."
    return None


def _wrong_host(headers: Headers, scope: Scope) -> str | None:
    """Return an error if the Host header is not local, to protect against DNS rebinding."""
    own = [f"{name}:{scope['server'][1]}" for name in NAMES]
    if headers.get("host") in own:
        return None
    return f"The local cloud is available at {own[0]} only."
