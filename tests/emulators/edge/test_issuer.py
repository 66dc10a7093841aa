"""Tokens carry the claims that Firebase documents; keys can be rotated while tokens are valid."""

from typing import Any

import httpx
import jwt
import pytest

from emulators.edge import issuer
from tests.support.local_cloud import LocalCloud, eventually


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
    # Functions fetch keys every 30 s; wait until they accept the new one, for the tests after this.
    headers = {"Authorization": f"Bearer {after}"}
    mine = "/v1/me/playtime"
    eventually(lambda: client.get(mine, headers=headers).status_code == 200, timeout=60)


def test_a_page_of_another_origin_cannot_rotate(client: httpx.Client) -> None:
    before = client.get("/_local/issuer/jwks.json").json()
    answer = client.post("/_local/issuer/rotate", headers={"Origin": "https://elsewhere.test"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert client.get("/_local/issuer/jwks.json").json() == before


def test_keys_are_readable_by_their_owner_only(cloud: LocalCloud) -> None:
    files = [*(cloud.cloud.state / "issuer").glob("*.pem"), cloud.cloud.state / "mysql.password"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert len(files) <= issuer.KEPT_KEYS + 1


def test_the_command_prints_only_a_token(cloud: LocalCloud, client: httpx.Client) -> None:
    answer = cloud.command("token", "--uid", "grace", "--role", "creator")
    claims = verified(cloud, client, answer.stdout.strip())
    assert (claims["sub"], claims["roles"]) == ("grace", ["creator"])


TOKEN = "/_local/issuer/token"


def test_a_token_over_http_grants_what_its_roles_grant(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    answer = client.post(TOKEN, json={"uid": "grace", "roles": ["creator", "admin"]})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    issued = answer.json()
    assert set(issued) == {"id_token", "expires_in"}
    claims = verified(cloud, client, issued["id_token"])
    assert (claims["sub"], claims["roles"]) == ("grace", ["creator", "admin"])
    assert claims["exp"] - claims["iat"] == issued["expires_in"]
    headers = {"Authorization": f"Bearer {issued['id_token']}"}
    assert client.get("/v1/admin/consumers", headers=headers).status_code == 200


def test_a_token_over_http_has_only_requested_roles(
    cloud: LocalCloud, client: httpx.Client
) -> None:
    for body in ({"uid": "ada"}, {"uid": "ada", "roles": []}, {"uid": "ada", "roles": ["player"]}):
        token = client.post(TOKEN, json=body).json()["id_token"]
        assert "roles" not in verified(cloud, client, token)


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "http://127.0.0.1:1", "http://[::1]:65535"]
)
def test_a_page_of_this_machine_may_sign_in(client: httpx.Client, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    allowed = client.options(
        TOKEN, headers=headers | {"Access-Control-Request-Headers": "content-type"}
    )
    assert allowed.status_code == 204
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert "content-type" in allowed.headers["access-control-allow-headers"].lower()
    answer = client.post(TOKEN, json={"uid": "ada"}, headers={"Origin": origin})
    assert answer.status_code == 200
    for one in (allowed, answer):
        assert one.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in one.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "file://"},
        {"Origin": "https://elsewhere.test"},
        {"Origin": "http://elsewhere.test:8080"},
        {"Origin": "http://localhost.elsewhere.test"},
        {"Origin": "http://localhost:80@elsewhere.test"},
        {"Origin": "http://elsewhere.test/http://localhost:80"},
        {"Origin": "http://127.0.0.1:80\thttp://elsewhere.test"},
        {"Origin": "http://127x0x0x1:80"},
        {"Host": "elsewhere.test"},
        {"Host": "localhost"},
        {"Host": "elsewhere.test", "Origin": "http://localhost:5173"},
    ],
)
def test_a_page_of_another_origin_gets_no_token(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    for method in ("POST", "OPTIONS"):
        answer = client.request(method, TOKEN, json={"uid": "ada"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "id_token" not in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"no JSON", "body"),
        (b"[]", "body"),
        (b"{}", "uid"),
        (b'{"uid": 7}', "uid"),
        (b'{"uid": ""}', "uid"),
        (b'{"uid": "a/b"}', "uid"),
        (b'{"uid": "__ada__"}', "uid"),
        (b'{"uid": "ada", "roles": "admin"}', "roles"),
        (b'{"uid": "ada", "roles": ["root"]}', "roles.0"),
        (b'{"uid": "ada", "lifetime": 9}', "lifetime"),
    ],
)
def test_an_invalid_token_request_names_its_field(
    client: httpx.Client, body: bytes, field: str
) -> None:
    answer = client.post(TOKEN, content=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "invalid_request")
    assert [one["field"] for one in problem["errors"]] == [field]
    assert problem["detail"].startswith(f"{field}: ")
