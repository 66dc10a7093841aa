"""A download through the gateway and the object store: granted, read, refused, counted."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from shared.domain.uploads import artifacts
from shared.runtime import objects
from tests.conftest import Player
from tests.support import publishing
from tests.support.local_cloud import LocalCloud

Players = Callable[..., Player]


class Artifact:
    """A published version whose file is in the store."""

    def __init__(self, sql: Connection, **changes: Any) -> None:
        self.bytes = uuid.uuid4().bytes * 4
        self.sha256 = hashlib.sha256(self.bytes).hexdigest()
        objects.put(
            "artifacts",
            artifacts.key(self.sha256),
            self.bytes,
            content_type="application/octet-stream",
        )
        self.game_id = publishing.game(sql)
        self.tool_id = publishing.tool(sql, self.game_id, plan=changes.pop("plan", None))
        row = {"size": len(self.bytes), "sha256": self.sha256, **changes}
        self.version_id = publishing.version(sql, self.tool_id, "1.0.0", **row)

    def body(self, **changes: Any) -> dict[str, Any]:
        return {"tool_id": str(self.tool_id), "version": "1.0.0", **changes}


@pytest.fixture
def artifact(cloud: LocalCloud, sql: Connection) -> Artifact:
    del cloud
    return Artifact(sql)


def request_download(
    client: httpx.Client, someone: Player, body: dict[str, Any], status: int = httpx.codes.OK
) -> Any:
    answer = client.post("/v1/downloads", json=body, headers=someone.headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def test_a_granted_download_can_be_read_whole_and_in_part(
    client: httpx.Client, player: Players, artifact: Artifact
) -> None:
    found = request_download(client, player(), artifact.body())
    assert (found["sha256"], found["size"]) == (artifact.sha256, len(artifact.bytes))
    answer = httpx.get(found["url"])
    assert (answer.status_code, answer.content) == (httpx.codes.OK, artifact.bytes)
    assert "swift-1.0.0" in answer.headers["content-disposition"]
    part = httpx.get(found["url"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, artifact.bytes[4:8])


def test_a_url_is_valid_for_its_artifact_only(
    client: httpx.Client, player: Players, artifact: Artifact, sql: Connection
) -> None:
    url = request_download(client, player(), artifact.body())["url"]
    other = Artifact(sql)
    assert httpx.get(url.replace(artifact.sha256, other.sha256)).status_code == 403
    assert httpx.get(url.split("?")[0]).status_code == 403
    assert httpx.put(url, content=b"else").status_code == 403
    assert httpx.get(url).content == artifact.bytes


def test_each_refusal_has_its_own_code(
    client: httpx.Client, player: Players, artifact: Artifact, sql: Connection
) -> None:
    someone = player()
    unknown = request_download(client, someone, artifact.body(version="9.9.9"), 404)
    assert unknown["code"] == "not_published"
    for_premium = Artifact(sql, plan="premium")
    refused = request_download(client, someone, for_premium.body(), 403)
    assert (refused["code"], refused["plan"]) == ("plan_required", "premium")
    builds = [publishing.build(sql, artifact.game_id, day) for day in (1, 2)]
    narrow = publishing.version(sql, artifact.tool_id, "2.0.0", first_build_id=builds[1])
    assert narrow
    body = artifact.body(version="2.0.0", build_id=str(builds[0]))
    refused = request_download(client, someone, body, 409)
    assert (refused["code"], refused["first_build"]) == ("build_not_supported", str(builds[1]))
    refused = request_download(client, someone, artifact.body(build_id="1" + "0" * 18), 422)
    assert refused["errors"][0]["field"] == "build_id"
    assert client.post("/v1/downloads", json=artifact.body()).status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tool_id": "' OR 1=1"}, "tool_id"),
        ({"tool_id": 7}, "tool_id"),
        ({"version": ""}, "version"),
        ({"version": "1" * 65}, "version"),
        ({"version": "1.0.0 "}, "version"),
        ({"version": "1.0.0' OR '1'='1"}, "version"),
        ({"version": "1.0.0\u0000"}, "version"),
        ({"version": "🙂"}, "version"),
        ({"build_id": "-1"}, "build_id"),
    ],
)
def test_an_invalid_field_is_named(
    client: httpx.Client, player: Players, artifact: Artifact, change: Any, field: str
) -> None:
    refused = request_download(client, player(), artifact.body(**change), 422)
    assert [one["field"] for one in refused["errors"]] == [field]


def test_withdrawing_prevents_only_new_downloads(
    client: httpx.Client, player: Players, artifact: Artifact, sql: Connection
) -> None:
    someone = player()
    url = request_download(client, someone, artifact.body())["url"]
    publishing.move(sql, artifact.version_id, "withdrawn")
    assert request_download(client, someone, artifact.body(), 410)["code"] == "withdrawn"
    assert httpx.get(url).content == artifact.bytes


def test_an_operator_can_grant_and_revoke_a_plan(
    client: httpx.Client, player: Players, token: Any, sql: Connection
) -> None:
    someone, made = player(), Artifact(sql, plan="premium")
    path = f"/v1/admin/entitlements/{someone.uid}"
    operator = {"Authorization": f"Bearer {token('operator', ['admin'])}"}
    assert client.put(f"{path}/premium", json={}, headers=someone.headers).status_code == 403
    for bad in ({"until": "tomorrow"}, {"until": "0001-01-01T00:00:00+14:00"}, {"reason": "x"}):
        answer = client.put(f"{path}/premium", json=bad, headers=operator)
        assert answer.status_code == 422, answer.text
    until = {"until": "2100-01-01T00:00:00Z"}
    given = client.put(f"{path}/premium", json=until, headers=operator).json()
    assert given == {"plan": "premium", "source": "operator", **until}
    assert client.get(path, headers=operator).json() == {"items": [given]}
    request_download(client, someone, made.body())
    assert client.delete(f"{path}/premium", headers=operator).status_code == 204
    assert client.delete(f"{path}/premium", headers=operator).status_code == 404
    assert request_download(client, someone, made.body(), 403)["code"] == "plan_required"
    exported = client.get("/v1/me/export", headers=someone.headers)
    assert exported.status_code == 200
    audited = client.get("/v1/admin/audit", headers=operator).json()["items"]
    assert [one["action"] for one in audited if one["target"] == someone.uid] == [
        "entitlement.take_back",
        "entitlement.give",
    ]
