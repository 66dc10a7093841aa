"""Authenticates callers by verifying their bearer tokens from trusted issuers.

Only RS256 signatures made with the issuer's published keys are accepted. Issuer, audience and
expiry are checked. Unsigned tokens are never accepted. A verified token is cached until it expires,
so later calls with the same token need no signature check. Firebase's claims:
https://firebase.google.com/docs/auth/admin/verify-id-tokens
"""

import asyncio
import hashlib
import json
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.runtime import errors, logs, settings

if TYPE_CHECKING:
    import jwt

REMEMBERED_TOKENS = 10_000
KEYS_KEPT_SECONDS = 3600
# An issuer's keys are fetched at most this often, despite unknown keys or an unreachable issuer.
FETCH_EVERY_SECONDS = 30
FETCH_TIMEOUT_SECONDS = 5
CLOCK_LEEWAY_SECONDS = 10
LONGEST_REMEMBERED_SECONDS = 86_400
MAX_TOKEN_LENGTH = 8192
MAX_UID_LENGTH = 128
# No slash, control character or lone surrogate; no white space at either end.
_UID = re.compile(r"(?!\.{1,2}$)(?!__.*__$)(?!\s)[^/\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,128}(?<!\s)")
ROLES = frozenset({"player", "creator", "admin"})


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose token was verified."""

    uid: str
    roles: frozenset[str]


class Player(Principal):
    """Any signed-in caller; a parameter of this type requires a valid token."""

    role = "player"


class Creator(Principal):
    """A caller with the role `creator`."""

    role = "creator"


class Admin(Principal):
    """A caller with the role `admin`."""

    role = "admin"


@dataclass
class _Keys:
    by_id: dict[str, "jwt.PyJWK"]
    fetched_at: float


_keys: dict[str, _Keys] = {}
# When an issuer's keys were last fetched, successfully or not.
_fetched_at: dict[str, float] = {}
_fetching: dict[str, asyncio.Task[_Keys]] = {}
_verified: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()


async def authenticate(authorization: str | None) -> Principal:
    """Return the caller of a request with this Authorization header; raise Unauthenticated."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise _refused("send `Authorization: Bearer <ID token>`")
    if len(token) > MAX_TOKEN_LENGTH:
        raise _refused("the token is too long")
    digest = hashlib.sha256(token.encode()).digest()
    known = _verified.get(digest)
    if known is not None and known[0] > time.time():
        return known[1]
    claims = await _verify(token)
    principal = Principal(claims["sub"], _roles(claims))
    _verified[digest] = (
        min(int(claims["exp"]), time.time() + LONGEST_REMEMBERED_SECONDS),
        principal,
    )
    while len(_verified) > REMEMBERED_TOKENS:
        _verified.popitem(last=False)
    return principal


def is_uid(text: str) -> bool:
    """Return whether `text` is valid as a player's id in document paths and row keys.

    Firebase's ids have 1 to 128 characters. MySQL ignores trailing spaces in a key, and Firestore
    rejects `.`, `..` and `__x__` as document ids.
    """
    return _UID.fullmatch(text) is not None


def require(principal: Principal, role: str) -> None:
    """Raise Forbidden unless the caller has `role`; every signed-in caller is a player."""
    if role != "player" and role not in principal.roles:
        message = f"this path requires the role `{role}`"
        raise errors.Forbidden(message)


def _roles(claims: dict[str, Any]) -> frozenset[str]:
    listed = claims.get("roles")
    granted = {role for role in listed if isinstance(role, str)} if isinstance(listed, list) else ()
    return (ROLES & frozenset(granted)) | {"player"}


def _refused(detail: str) -> errors.Unauthenticated:
    return errors.Unauthenticated(detail, headers={"WWW-Authenticate": "Bearer"})


async def _verify(token: str) -> dict[str, Any]:
    import jwt  # noqa: PLC0415  60 ms that public functions do not need

    try:
        header = jwt.get_unverified_header(token)
        unverified = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError) as error:
        detail = "the token is not a JSON Web Token"
        raise _refused(detail) from error
    if header.get("alg") != "RS256":
        detail = "the token must be signed with RS256"
        raise _refused(detail)
    issuer = _trusted(unverified.get("iss"))
    key = await _key(issuer["jwks_url"], str(header.get("kid", "")))
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=issuer["audience"],
            issuer=issuer["issuer"],
            leeway=CLOCK_LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
    except jwt.PyJWTError as error:
        detail = f"the token does not verify: {error}"
        raise _refused(detail) from error
    if not is_uid(claims["sub"]):
        detail = "the token's subject is not a valid uid"
        raise _refused(detail)
    return claims


def _trusted(issuer: object) -> dict[str, str]:
    for one in settings.core().issuers():
        if one["issuer"] == issuer:
            return one
    detail = "the token's issuer is not trusted"
    raise _refused(detail)


async def _key(url: str, key_id: str) -> "jwt.PyJWK":
    """Return the issuer's key, fetching the set if it is old or the key is unknown."""
    keys, now = _keys.get(url), time.monotonic()
    if keys is None:
        keys = await _fetch_once(url, None)
    lacking = now - keys.fetched_at > KEYS_KEPT_SECONDS or key_id not in keys.by_id
    if lacking and (url in _fetching or now - _fetched_at[url] > FETCH_EVERY_SECONDS):
        keys = await _fetch_once(url, keys)
    if key_id not in keys.by_id:
        detail = "the token is signed with a key that its issuer does not publish"
        raise _refused(detail)
    return keys.by_id[key_id]


async def _fetch_once(url: str, old: _Keys | None) -> _Keys:
    """Fetch a key set, one fetch at a time; if the fetch fails, the old keys stay valid."""
    task = _fetching.get(url)
    if task is None:
        task = asyncio.create_task(asyncio.to_thread(_fetch, url))
        _fetching[url] = task
        task.add_done_callback(lambda _: _fetching.pop(url, None))
    try:
        _keys[url] = await asyncio.shield(task)
    except Exception as error:  # any response except a key set
        logs.warning("the issuer's keys could not be fetched", url=url, reason=str(error))
        if old is None:
            detail = "the token cannot be verified now: the issuer's keys cannot be fetched"
            raise errors.Unavailable(detail) from error
        return old
    finally:
        _fetched_at[url] = time.monotonic()
    return _keys[url]


def _fetch(url: str) -> _Keys:
    import urllib.error  # noqa: PLC0415  as above
    import urllib.request  # noqa: PLC0415

    import jwt  # noqa: PLC0415

    if not url.startswith(("https://", "http://127.0.0.1:")):
        message = f"keys are fetched over https only, not from {url}"
        raise ValueError(message)
    try:
        with urllib.request.urlopen(url, timeout=FETCH_TIMEOUT_SECONDS) as answer:  # noqa: S310
            published = jwt.PyJWKSet.from_dict(json.load(answer))
    except urllib.error.HTTPError as error:
        error.close()  # it keeps the connection open
        raise
    by_id = {key.key_id: key for key in published.keys if key.key_id and key.key_type == "RSA"}
    if not by_id:
        message = "the issuer publishes no RSA key"
        raise ValueError(message)
    return _Keys(by_id, time.monotonic())
