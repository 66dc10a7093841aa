"""Keeps other people's web pages away: a page elsewhere must not steer or read a local cloud."""

from starlette.datastructures import Headers
from starlette.types import Scope

NAMES = ("127.0.0.1", "localhost", "[::1]")
OWN_SITES = ("same-origin", "none")


def refusal(scope: Scope) -> str | None:
    """Say why a request is not answered, or None for one of our own page or of no page at all.

    The Host must be ours, so that a name which is made to point at this machine opens nothing.
    """
    headers = Headers(scope=scope)
    host, own = headers.get("host", ""), [f"{name}:{scope['server'][1]}" for name in NAMES]
    if host not in own:
        return f"The console is reached at {own[0]} only."
    if headers.get("sec-fetch-site", "none") not in OWN_SITES:
        return "Another site's page may not use the console."
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return "Another origin's page may not use the console."
    return None
