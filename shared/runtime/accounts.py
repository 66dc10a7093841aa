"""Accounts of Identity Platform: the claims of our own that a player's next token carries.

Spoken to by the Identity Toolkit REST API, of which two methods are enough. Its emulator is found
as Google's own clients find it, by FIREBASE_AUTH_EMULATOR_HOST.
https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts
"""

import json
import os
import urllib.error
import urllib.request
from functools import cache
from typing import Any

from shared.runtime import errors, logs, settings

TIMEOUT_SECONDS = 10
MAX_CLAIMS = 1000
"""How many characters the claims of an account may have together."""

_BASE = "https://identitytoolkit.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/identitytoolkit"
_TOO_MANY = 429


def claims(uid: str) -> dict[str, Any]:
    """Return the claims that an account was given; raise NotFound, or Unavailable."""
    found = _call("lookup", {"localId": [uid]}).get("users")
    if not found:
        raise errors.NotFound("no player has this uid")
    given = json.loads(found[0].get("customAttributes") or "{}")
    return given if isinstance(given, dict) else {}


def give(uid: str, wanted: dict[str, Any]) -> None:
    """Replace an account's claims; raise Conflict when they are too long, or Unavailable."""
    _call("update", {"localId": uid, "customAttributes": fitting(wanted)})


def fitting(claims: dict[str, Any]) -> str:
    """Return claims as they are sent; raise Conflict when they are too long."""
    text = json.dumps(claims, separators=(",", ":"))
    if len(text) > MAX_CLAIMS:
        raise errors.Conflict(f"the claims would have {len(text)} characters, over {MAX_CLAIMS}")
    return text


def _call(method: str, body: dict[str, Any]) -> dict[str, Any]:
    emulator = os.environ.get("FIREBASE_AUTH_EMULATOR_HOST")
    base = f"http://{emulator}/identitytoolkit.googleapis.com" if emulator else _BASE
    url = f"{base}/v1/projects/{settings.core().project}/accounts:{method}"
    try:
        headers = {
            # The emulator's word for who may do everything; it opens nothing elsewhere.
            "Authorization": f"Bearer {'owner' if emulator else _access_token()}",
            "Content-Type": "application/json",
        }
        sent = json.dumps(body).encode()
        request = urllib.request.Request(url, sent, headers, method="POST")  # noqa: S310  see above
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        with error:
            reason = error.read(2000).decode("utf-8", "replace")
        if error.code < 500 and error.code != _TOO_MANY:  # noqa: PLR2004
            raise RuntimeError(f"Identity Toolkit refused {method}: {reason}") from error
        raise _away(reason) from error
    except OSError as error:
        raise _away(str(error)) from error


def _away(reason: str) -> errors.Unavailable:
    logs.warning("a store is away", store="accounts", reason=reason)
    return errors.Unavailable("the accounts cannot be reached now")


def _access_token() -> str:
    """Return a Google access token of this function's own service account; raise OSError."""
    from google.auth import exceptions  # noqa: PLC0415  these only in the cloud
    from google.auth.transport.requests import Request  # noqa: PLC0415

    try:
        credentials = _credentials()
        if not credentials.valid:
            credentials.refresh(Request())
    except exceptions.GoogleAuthError as error:
        raise OSError(f"no access token to show: {error}") from error
    return str(credentials.token)


@cache
def _credentials() -> Any:
    import google.auth  # noqa: PLC0415  as above

    return google.auth.default(scopes=[_SCOPE])[0]
