"""Reads and sets the custom claims of Identity Platform accounts, for use in their next tokens.

Uses two methods of the Identity Toolkit REST API. As with Google's own clients,
FIREBASE_AUTH_EMULATOR_HOST points to its emulator.
https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts
"""

import http.client
import json
import os
import urllib.error
import urllib.request
from functools import cache
from typing import Any

from shared.runtime import errors, logs, settings

TIMEOUT_SECONDS = 10
MAX_CLAIMS = 1000
"""The limit for all claims of an account, in characters of JSON."""
MAX_REASON_LENGTH = 2000

_BASE = "https://identitytoolkit.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/identitytoolkit"
_OK, _TOO_MANY, _BROKEN = 200, 429, 500


def claims(uid: str) -> dict[str, Any]:
    """Return the claims of an account; raise NotFound or Unavailable."""
    found = _call("lookup", {"localId": [uid]}).get("users")
    if not found:
        raise _unknown()
    given = json.loads(found[0].get("customAttributes") or "{}")
    return given if isinstance(given, dict) else {}


def set_claims(uid: str, wanted: dict[str, Any]) -> None:
    """Replace an account's claims.

    Raises Conflict if the claims are too long, and NotFound or Unavailable if the update fails.
    """
    _call("update", {"localId": uid, "customAttributes": check_size(wanted)})


def check_size(claims: dict[str, Any]) -> str:
    """Return claims as JSON; raise Conflict if they are too long."""
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
            # The emulator's token with all rights; it has no effect elsewhere.
            "Authorization": f"Bearer {'owner' if emulator else _access_token()}",
            "Content-Type": "application/json",
        }
        sent = json.dumps(body).encode()
        status, text = _response(
            urllib.request.Request(url, sent, headers, method="POST")  # noqa: S310  see above
        )
    except (OSError, http.client.HTTPException) as error:
        raise _unavailable(f"{type(error).__name__}: {error}") from error
    found = _object(text)
    # A body that is not a JSON object comes from an intermediary, not from the API.
    if status >= _BROKEN or status == _TOO_MANY or found is None:
        raise _unavailable(f"{status}: {text[:MAX_REASON_LENGTH].decode('utf-8', 'replace')}")
    if status != _OK:
        raise _refused(method, found)
    return found


def _response(request: urllib.request.Request) -> tuple[int, bytes]:
    """Return a response's status and body, even for errors; raise OSError or HTTPException."""
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _refused(method: str, found: dict[str, Any]) -> Exception:
    """Return the error for a refused request, which is NotFound for a deleted account."""
    error = found.get("error")
    message = str(error.get("message")) if isinstance(error, dict) else str(found)
    if message.startswith("USER_NOT_FOUND"):
        return _unknown()
    return RuntimeError(f"Identity Toolkit refused {method}: {message[:MAX_REASON_LENGTH]}")


def _unknown() -> errors.NotFound:
    return errors.NotFound("no player has this uid")


def _unavailable(reason: str) -> errors.Unavailable:
    logs.warning("a store is unavailable", store="accounts", reason=reason)
    return errors.Unavailable("the account service is not responding")


def _access_token() -> str:
    """Return a Google access token of this function's own service account; raise OSError."""
    from google.auth import exceptions  # noqa: PLC0415  needed only in the cloud
    from google.auth.transport.requests import Request  # noqa: PLC0415

    try:
        credentials = _credentials()
        if not credentials.valid:
            credentials.refresh(Request())
    except exceptions.GoogleAuthError as error:
        raise OSError(f"cannot get an access token: {error}") from error
    return str(credentials.token)


@cache
def _credentials() -> Any:
    import google.auth  # noqa: PLC0415  as above

    return google.auth.default(scopes=[_SCOPE])[0]
