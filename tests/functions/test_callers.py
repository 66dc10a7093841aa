"""Who may call: a token must be valid in every respect and have the role that the path requires."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from emulators.edge import issuer
from tests.conftest import Player
from tests.support import playing
from tests.support.local_cloud import LocalCloud

OWN = "/v1/me/achievements"
ADMIN = "/v1/admin/dead-letters"
HOUR = 3600

Forge = Callable[[LocalCloud], str | None]


def _token(cloud: LocalCloud, **claims: Any) -> str:
    return cloud.token("someone", **claims)


def _unsigned(cloud: LocalCloud) -> str:
    claims = jwt.decode(_token(cloud), options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none")


def _by_a_stranger(cloud: LocalCloud) -> str:
    """Sign with another key, under the id of the issuer's key."""
    token = _token(cloud)
    claims = jwt.decode(token, options={"verify_signature": False})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


def _by_the_public_key(cloud: LocalCloud) -> str:
    """Sign with HMAC and the issuer's public key as the secret."""
    token = _token(cloud)
    header = {"alg": "HS256", "kid": jwt.get_unverified_header(token)["kid"]}
    public = json.dumps(issuer.jwks(cloud.cloud.state)["keys"][0]).encode()
    signed = f"{_text(json.dumps(header).encode())}.{token.split('.')[1]}"
    return f"{signed}.{_text(hmac.digest(public, signed.encode(), hashlib.sha256))}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _with_a_changed_claim(cloud: LocalCloud) -> str:
    head, body, signature = _token(cloud).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = _text(json.dumps({**claims, "sub": "else"}).encode())
    return f"{head}.{changed}.{signature}"


REFUSED: dict[str, Forge] = {
    "no token": lambda _: None,
    "no scheme": _token,
    "another scheme": lambda cloud: f"Basic {_token(cloud)}",
    "no word after the scheme": lambda _: "Bearer",
    "not a token": lambda _: "Bearer abc.def.ghi",
    "bad signature": lambda cloud: f"Bearer {_token(cloud)[:-8]}AAAAAAAA",
    "a changed claim": lambda cloud: f"Bearer {_with_a_changed_claim(cloud)}",
    "a stranger's key": lambda cloud: f"Bearer {_by_a_stranger(cloud)}",
    "HMAC by the public key": lambda cloud: f"Bearer {_by_the_public_key(cloud)}",
    "alg none": lambda cloud: f"Bearer {_unsigned(cloud)}",
    "wrong issuer": lambda cloud: f"Bearer {_token(cloud, iss='https://issuer.example')}",
    "wrong audience": lambda cloud: f"Bearer {_token(cloud, aud='another-project')}",
    "expired": lambda cloud: f"Bearer {_token(cloud, exp=int(time.time()) - HOUR)}",
    "not yet issued": lambda cloud: f"Bearer {_token(cloud, iat=int(time.time()) + HOUR)}",
    "no subject": lambda cloud: f"Bearer {_token(cloud, sub='')}",
    "too long": lambda cloud: f"Bearer {_token(cloud, padding='x' * 10_000)}",
}


@pytest.mark.parametrize("path", [OWN, ADMIN])
@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_does_not_verify_is_refused(
    client: httpx.Client, cloud: LocalCloud, name: str, path: str
) -> None:
    authorization = REFUSED[name](cloud)
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.get(path, headers=headers)
    assert answer.status_code == httpx.codes.UNAUTHORIZED, answer.text
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_batch_without_a_token_is_refused(client: httpx.Client) -> None:
    answer = client.post(playing.BATCH, json=playing.batch([]))
    assert answer.status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize("roles", [[], ["creator"], ["Admin"], ["administrator"]])
def test_the_wrong_role_is_forbidden(
    client: httpx.Client, player: Callable[..., Player], roles: list[str]
) -> None:
    answer = client.get(ADMIN, headers=player(roles).headers)
    assert answer.status_code == httpx.codes.FORBIDDEN, answer.text
    assert answer.json()["code"] == "forbidden"


def test_the_right_role_is_accepted(client: httpx.Client, player: Callable[..., Player]) -> None:
    assert client.get(ADMIN, headers=player(["admin"]).headers).status_code == httpx.codes.OK
    assert client.get(OWN, headers=player(["admin"]).headers).status_code == httpx.codes.OK


@pytest.mark.parametrize("roles", ["admin", {"admin": True}, [["admin"]], None, 7])
def test_malformed_roles_are_ignored(client: httpx.Client, cloud: LocalCloud, roles: Any) -> None:
    token = _token(cloud)
    claims = jwt.decode(token, options={"verify_signature": False}) | {"roles": roles}
    kid = jwt.get_unverified_header(token)["kid"]
    pem = (cloud.cloud.state / "issuer" / f"{kid}.pem").read_bytes()
    forged = jwt.encode(claims, pem, algorithm="RS256", headers={"kid": kid})
    headers = {"Authorization": f"Bearer {forged}"}
    assert client.get(ADMIN, headers=headers).status_code == httpx.codes.FORBIDDEN
    assert client.get(OWN, headers=headers).status_code == httpx.codes.OK
