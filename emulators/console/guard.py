"""Keeps other people's web pages away: a page elsewhere must not steer or read a local cloud."""

import re

from starlette.datastructures import Headers
from starlette.types import Scope

NAMES = ("127.0.0.1", "localhost", "[::1]")
OWN_SITES = ("same-origin", "none")
_LOOPBACK = re.compile(rf"http://({'|'.join(map(re.escape, NAMES))})(:[0-9]+)?")


def refusal(scope: Scope) -> str | None:
    """Say why a request is not answered, or None for one of our own page or of no page at all."""
    headers = Headers(scope=scope)
    if reason := _strange_host(headers, scope):
        return reason
    if headers.get("sec-fetch-site", "none") not in OWN_SITES:
        return "Another site's page may not use the console."
    own = f"http://{headers['host']}"
    if headers.get("origin", own) != own:
        return "Another origin's page may not use the console."
    return None


def refusal_off_machine(scope: Scope) -> str | None:
    """Say why a request is not answered, or None for one of a page of this machine or of no page.

    A page in development is served from another port.
    """
    headers = Headers(scope=scope)
    if reason := _strange_host(headers, scope):
        return reason
    origin = headers.get("origin")
    if origin is not None and not _LOOPBACK.fullmatch(origin):
        return f"Only a page at http://localhost or http://127.0.0.1 may ask, not one of {origin}."
    return None


def _strange_host(headers: Headers, scope: Scope) -> str | None:
    """Refuse any other name than ours: one that is made to point at this machine opens nothing."""
    own = [f"{name}:{scope['server'][1]}" for name in NAMES]
    if headers.get("host") in own:
        return None
    return f"The local cloud is reached at {own[0]} only."
