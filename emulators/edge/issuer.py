"""The local token issuer, with its own keys and the claims that Firebase documents.

https://firebase.google.com/docs/auth/admin/verify-id-tokens lists the standard claims. `roles` is
a custom claim.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from emulators.cloud.config import Cloud, write_private
from emulators.edge import identity_toolkit

LIFETIME = 3600
KEPT_KEYS = 2
KEY_BITS = 2048
JWKS_SECONDS = 300


def _folder(state: Path) -> Path:
    return state / "issuer"


def _keys(state: Path) -> list[Path]:
    """List the key files, newest last; create one if there is none."""
    found = sorted(_folder(state).glob("*.pem"))
    if not found:
        rotate(state)
        found = sorted(_folder(state).glob("*.pem"))
    return found


def rotate(state: Path) -> str:
    """Create a new signing key and return its id; older public keys remain published."""
    kid = f"{time.time_ns():x}"
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(_folder(state) / f"{kid}.pem", pem.decode())
    for old in sorted(_folder(state).glob("*.pem"))[:-KEPT_KEYS]:
        old.unlink()
    return kid


def jwks(state: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the public keys as a JSON Web Key Set."""
    return {"keys": [_public(file) for file in _keys(state)]}


def _public(file: Path) -> dict[str, Any]:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        msg = f"{file} does not hold an RSA key; remove it."
        raise TypeError(msg)
    found = RSAAlgorithm.to_jwk(key, as_dict=True)
    return {**found, "kid": file.stem, "alg": "RS256", "use": "sig"}


def mint(
    cloud: Cloud,
    uid: str,
    roles: Sequence[str] = (),
    *,
    lifetime: int = LIFETIME,
    **claims: Any,
) -> str:
    """Return a signed token for `uid`, valid for `lifetime` seconds; `claims` override defaults.

    roles: `creator`, `admin` or both, in addition to the roles granted to the account. Every
    signed-in caller is a player, so `player` is omitted.
    """
    now = int(time.time())
    body: dict[str, Any] = {
        "iss": cloud.issuer,
        "aud": cloud.project,
        "auth_time": now,
        "user_id": uid,
        "sub": uid,
        "iat": now,
        "exp": now + lifetime,
        "firebase": {"identities": {}, "sign_in_provider": "custom"},
    }
    custom = identity_toolkit.sign_in(cloud.state, uid)
    all_roles = [*custom.pop("roles", []), *(role for role in roles if role != "player")]
    if all_roles:
        body["roles"] = list(dict.fromkeys(all_roles))
    file = _keys(cloud.state)[-1]
    payload = custom | body | claims
    return jwt.encode(payload, file.read_bytes(), "RS256", headers={"kid": file.stem})
