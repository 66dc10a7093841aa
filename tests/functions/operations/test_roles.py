"""Operators grant and revoke roles, which the player's next token contains."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from emulators.edge import identity_toolkit, issuer
from tests.conftest import Player
from tests.support.local_cloud import LocalCloud


@pytest.fixture
def operator(player: Any) -> Player:
    made: Player = player(["admin"])
    return made


@pytest.fixture
def call(client: httpx.Client, operator: Player) -> Any:
    """Call a route about a player's roles as an operator, or as someone else."""

    def request(method: str, someone: Player, role: str = "", by: Player = operator) -> Any:
        path = f"/v1/admin/roles/{someone.uid}" + (role and f"/{role}")
        return client.request(method, path, headers=by.headers)

    return request


def audited(client: httpx.Client, operator: Player, uid: str) -> list[Any]:
    listed = client.get("/v1/admin/audit", params={"limit": 100}, headers=operator.headers).json()
    mine = [one for one in listed["items"] if one["target"] == uid]
    return [(one["actor"], one["action"], one["detail"]) for one in reversed(mine)]


def sign_in_again(cloud: LocalCloud, someone: Player) -> dict[str, str]:
    """Sign in again without requesting a role."""
    return {"Authorization": f"Bearer {issuer.mint(cloud.cloud, someone.uid)}"}


def test_a_granted_role_gives_access_until_it_is_revoked(
    cloud: LocalCloud, client: httpx.Client, player: Any, call: Any
) -> None:
    someone = player()
    listed = call("GET", someone)
    assert (listed.status_code, listed.json()) == (200, {"uid": someone.uid, "roles": ["player"]})
    granted = call("PUT", someone, "creator")
    assert (granted.status_code, granted.json()["roles"]) == (200, ["creator", "player"])
    assert client.get("/v1/creator/tools", headers=someone.headers).status_code == 403
    assert client.get("/v1/creator/tools", headers=sign_in_again(cloud, someone)).status_code == 200
    assert client.get("/v1/admin/audit", headers=sign_in_again(cloud, someone)).status_code == 403
    assert call("DELETE", someone, "creator").status_code == 204
    assert call("GET", someone).json()["roles"] == ["player"]
    assert client.get("/v1/creator/tools", headers=sign_in_again(cloud, someone)).status_code == 403


def test_each_change_is_audited_with_before_and_after(
    client: httpx.Client, operator: Player, player: Any, call: Any
) -> None:
    someone = player()
    for method, role in (("PUT", "creator"), ("PUT", "admin"), ("PUT", "admin")):
        assert call(method, someone, role).status_code == 200
    assert call("DELETE", someone, "creator").status_code == 204
    both = ["creator", "admin"]
    assert audited(client, operator, someone.uid) == [
        (operator.uid, "role.grant", {"before": [], "after": ["creator"]}),
        (operator.uid, "role.grant", {"before": ["creator"], "after": both}),
        (operator.uid, "role.grant", {"before": both, "after": both}),
        (operator.uid, "role.take_back", {"before": both, "after": ["admin"]}),
    ]


def test_two_admins_cannot_revoke_each_other(player: Any, call: Any) -> None:
    one, other = player(["admin"]), player(["admin"])
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(
            lambda who: call("DELETE", *who), [(one, "admin", other), (other, "admin", one)]
        )
    assert sorted(answer.status_code for answer in answers) == [204, 403]


def test_other_claims_are_kept(cloud: LocalCloud, player: Any, call: Any) -> None:
    someone = player()
    other = {"region": "eu", "roles": ["tester"]}
    identity_toolkit._write(cloud.cloud.state, someone.uid, json.dumps(other))
    assert call("PUT", someone, "creator").json()["roles"] == ["creator", "player"]
    claims = identity_toolkit.sign_in(cloud.cloud.state, someone.uid)
    assert claims == {"region": "eu", "roles": ["tester", "creator"]}
    call("DELETE", someone, "creator")
    assert identity_toolkit.sign_in(cloud.cloud.state, someone.uid) == other


def test_claims_that_would_be_too_long_are_refused_and_not_audited(
    cloud: LocalCloud, client: httpx.Client, operator: Player, player: Any, call: Any
) -> None:
    someone = player()
    identity_toolkit._write(cloud.cloud.state, someone.uid, json.dumps({"note": "x" * 970}))
    refused = call("PUT", someone, "creator")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "1000" in refused.json()["detail"]
    assert audited(client, operator, someone.uid) == []


def test_admins_cannot_revoke_their_own_role(operator: Player, player: Any, call: Any) -> None:
    assert call("PUT", operator, "admin").status_code == 200
    assert call("DELETE", operator, "admin").status_code == 409
    other = player(["admin"])
    assert call("DELETE", operator, "admin", by=other).status_code == 204


def test_a_former_admin_cannot_grant_roles(player: Any, call: Any) -> None:
    former, someone = player(["admin"]), player()
    assert call("PUT", former, "admin").status_code == 200
    assert call("DELETE", former, "admin").status_code == 204
    for method, target in (("PUT", former), ("DELETE", someone)):
        refused = call(method, target, "admin" if target is former else "creator", by=former)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert call("PUT", former, "admin").status_code == 200
    assert call("PUT", someone, "creator", by=former).status_code == 200


def test_only_operators_see_and_change_roles(client: httpx.Client, player: Any, call: Any) -> None:
    someone, creator = player(), player(["creator"])
    for method, role in (("GET", ""), ("PUT", "admin"), ("DELETE", "admin")):
        assert call(method, someone, role, by=someone).status_code == 403
        assert call(method, someone, role, by=creator).status_code == 403
        path = f"/v1/admin/roles/{someone.uid}" + (role and f"/{role}")
        assert client.request(method, path).status_code == 401


def test_the_commands_do_the_same(cloud: LocalCloud, player: Any) -> None:
    someone = player()
    granted = cloud.command("roles", "grant", someone.uid, "creator")
    assert (granted.returncode, granted.stdout) == (0, f"{someone.uid}: creator, player\n")
    assert cloud.command("roles", "revoke", someone.uid, "creator").returncode == 0
    assert cloud.command("roles", "list", someone.uid).stdout == f"{someone.uid}: player\n"
    refused = cloud.command("roles", "revoke", "operator", "admin")
    assert (refused.returncode, "another admin" in refused.stderr) == (1, True)


def test_unknown_players_and_roles_are_refused(call: Any) -> None:
    nobody = Player("nobody-ever-signed-in", "")
    for method, role in (("GET", ""), ("PUT", "creator"), ("DELETE", "creator")):
        assert call(method, nobody, role).status_code == 404
    for role in ("player", "root"):
        assert call("PUT", nobody, role).status_code == 400


UPDATE = "/identitytoolkit.googleapis.com/v1/projects/demo-savepoint/accounts:update"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer me"}, 401),
        ({"Authorization": "Bearer owner", "Origin": "https://elsewhere.test"}, 403),
    ],
)
def test_the_emulated_identity_toolkit_requires_credentials(
    cloud: LocalCloud, client: httpx.Client, player: Any, headers: dict[str, str], status: int
) -> None:
    someone = player()
    body = {"localId": someone.uid, "customAttributes": '{"roles": ["admin"]}'}
    assert client.post(UPDATE, headers=headers, json=body).status_code == status
    assert identity_toolkit.sign_in(cloud.cloud.state, someone.uid) == {}
