"""Tokens carry what Firebase documents, and keys can be changed while tokens are about."""

from typing import Any

import httpx
import jwt

from emulators import issuer
from tests.local_cloud.local import LocalCloud


def keys(client: httpx.Client) -> jwt.PyJWKSet:
    answer = client.get("/_local/issuer/jwks.json")
    assert "max-age=" in answer.headers["cache-control"]
    return jwt.PyJWKSet.from_dict(answer.json())


def verified(cloud: LocalCloud, client: httpx.Client, token: str) -> dict[str, Any]:
    key = keys(client)[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token, key, ["RS256"], audience="demo-savepoint", issuer=cloud.cloud.issuer
    )
    return claims


def test_a_token_has_firebases_claims(cloud: LocalCloud, client: httpx.Client) -> None:
    claims = verified(cloud, client, cloud.token("ada"))
    assert claims["sub"] == claims["user_id"] == "ada"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["auth_time"] <= claims["iat"]
    assert set(claims["firebase"]) == {"identities", "sign_in_provider"}
    assert "roles" not in claims


def test_roles_are_a_list(cloud: LocalCloud, client: httpx.Client) -> None:
    assert verified(cloud, client, cloud.token("ada", ["admin"]))["roles"] == ["admin"]


def test_after_a_rotation_the_old_key_is_still_published(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    before = cloud.token("ada")
    kid = client.post("/_local/issuer/rotate").json()["kid"]
    after = cloud.token("ada")
    assert jwt.get_unverified_header(after)["kid"] == kid
    for token in (before, after):
        assert verified(cloud, client, token)["sub"] == "ada"


def test_keys_are_for_their_owner_only(cloud: LocalCloud) -> None:
    files = [*(cloud.cloud.state / "issuer").glob("*.pem"), cloud.cloud.state / "mysql.password"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert len(files) <= issuer.KEPT_KEYS + 1


def test_the_command_prints_a_token_alone(cloud: LocalCloud, client: httpx.Client) -> None:
    answer = cloud.command("token", "--uid", "grace", "--role", "creator")
    claims = verified(cloud, client, answer.stdout.strip())
    assert (claims["sub"], claims["roles"]) == ("grace", ["creator"])
