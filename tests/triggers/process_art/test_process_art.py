"""From an upload to published art, including repeated deliveries and crashes."""

import base64
import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import Connection, insert, select

from shared.domain.uploads import incoming
from shared.domain.uploads.art import ArtUploaded
from shared.runtime import clock, objects
from shared.schema.catalog import catalog_version, games
from shared.schema.operations import audit, dead_letters
from tests.conftest import Player
from tests.support.local_cloud import LocalCloud

Players = Callable[..., Player]
Eventually = Callable[..., Any]

RED = (200, 30, 30)


def png(width: int, height: int, colour: tuple[int, int, int] = RED) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def game_id(sql: Connection) -> int:
    title = f"Art {uuid.uuid4()}"
    row = {"title": title, "import_key": title, "revision": 1, "updated_at": clock.now()}
    key = sql.execute(insert(games).values(**row)).inserted_primary_key
    assert key
    return int(key[0])


@pytest.fixture
def admin(client: httpx.Client, player: Players) -> Iterator[httpx.Client]:
    """A client that is signed in as an operator."""
    headers = player(roles=["admin"]).headers
    with httpx.Client(base_url=client.base_url, headers=headers, timeout=60) as opened:
        yield opened


def upload(admin: httpx.Client, game_id: int, kind: str, body: bytes) -> dict[str, Any]:
    """Create an upload and PUT the file."""
    new = {"size": len(body), "content_type": "image/png"}
    answer = admin.post(f"/v1/admin/games/{game_id}/art/{kind}", json=new)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    put = httpx.put(created["url"], content=body, headers={"Content-Type": "image/png"})
    assert put.status_code == 200, put.text
    return created


def publish(admin: httpx.Client, game_id: int, kind: str, upload_id: str) -> httpx.Response:
    path = f"/v1/admin/games/{game_id}/art/{kind}/publish"
    return admin.post(path, json={"upload_id": upload_id})


def settled(admin: httpx.Client, game_id: int, kind: str) -> dict[str, Any] | None:
    """Return the art's status once the last upload is published or rejected."""
    found: dict[str, Any] = admin.get(f"/v1/admin/games/{game_id}/art").json()
    state = found["uploads"][kind]["state"]
    return found if state in {"published", "rejected"} else None


def actions(sql: Connection, game_id: int) -> list[Any]:
    mine = audit.c.target.like(f"games/{game_id}/art/%")
    return list(sql.execute(select(audit).where(mine).order_by(audit.c.audit_id)))


def test_a_picture_becomes_art_for_everyone(
    admin: httpx.Client, game_id: int, sql: Connection, eventually: Eventually
) -> None:
    before = sql.scalar(select(catalog_version.c.version)) or 0
    created = upload(admin, game_id, "cover", png(600, 900))
    taken = publish(admin, game_id, "cover", created["upload_id"])
    assert (taken.status_code, taken.json()["state"]) == (202, "processing")
    found = eventually(lambda: settled(admin, game_id, "cover"))
    cover = found["art"]["cover"]
    assert cover["colour"] == "#c81e1e"
    assert [(one["width"], one["height"]) for one in cover["sizes"]] == [(300, 450), (600, 900)]
    for one in cover["sizes"]:
        answer = httpx.get(one["url"])
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        digest = hashlib.sha256(answer.content).hexdigest()
        assert one["url"].endswith(f"/art/{digest}-{one['width']}.webp")
    row = sql.execute(select(games).where(games.c.game_id == game_id)).one()
    assert row.revision == 2
    assert (sql.scalar(select(catalog_version.c.version)) or 0) > before
    announced, done = actions(sql, game_id)
    assert (announced.action, announced.actor) == ("art.announce", done.actor)
    assert json.loads(announced.detail)["before"] is None
    assert json.loads(announced.detail)["after"]["upload_id"] == created["upload_id"]
    assert done.action == "art.publish"
    assert json.loads(done.detail)["before"] == {}
    assert json.loads(done.detail)["after"]["colour"] == "#c81e1e"
    gone = incoming.key(created["upload_id"])
    eventually(lambda: objects.head("artifacts", gone) is None)


def test_a_rejected_upload_has_a_reason_and_the_published_art_stays(
    admin: httpx.Client, game_id: int, sql: Connection, eventually: Eventually
) -> None:
    first = upload(admin, game_id, "icon", png(256, 256))
    publish(admin, game_id, "icon", first["upload_id"])
    shown = eventually(lambda: settled(admin, game_id, "icon"))["art"]
    second = upload(admin, game_id, "icon", png(256, 512))
    publish(admin, game_id, "icon", second["upload_id"])
    found = eventually(lambda: settled(admin, game_id, "icon"))
    assert found["uploads"]["icon"] == {
        "upload_id": second["upload_id"],
        "state": "rejected",
        "reason": "the image has 256 by 512 pixels; the icon must be 1:1",
    }
    assert found["art"] == shown
    recorded = actions(sql, game_id)
    assert [one.action.removeprefix("art.") for one in recorded] == [
        "announce", "publish", "announce", "reject",
    ]  # fmt: skip
    assert json.loads(recorded[2].detail)["before"]["upload_id"] == first["upload_id"]


def test_publishing_twice_and_late_deliveries_change_nothing(
    cloud: LocalCloud,
    admin: httpx.Client,
    game_id: int,
    sql: Connection,
    eventually: Eventually,
) -> None:
    created = upload(admin, game_id, "icon", png(256, 256))
    upload_id = created["upload_id"]
    publish(admin, game_id, "icon", upload_id)
    eventually(lambda: settled(admin, game_id, "icon"))
    again = publish(admin, game_id, "icon", upload_id)
    assert (again.status_code, again.json()["state"]) == (202, "published")
    message = ArtUploaded(
        owner="games", owner_id=game_id, kind="icon", upload_id=upload_id, uid="nobody"
    )
    assert deliver(cloud, message).status_code == 204
    assert [one.action for one in actions(sql, game_id)] == ["art.announce", "art.publish"]
    revision = select(games.c.revision).where(games.c.game_id == game_id)
    assert sql.scalar(revision) == 2


def test_a_replaced_upload_is_not_published(
    admin: httpx.Client, game_id: int, eventually: Eventually
) -> None:
    first = upload(admin, game_id, "icon", png(256, 256))
    second = upload(admin, game_id, "icon", png(256, 256, (20, 40, 200)))
    refused = publish(admin, game_id, "icon", first["upload_id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    publish(admin, game_id, "icon", second["upload_id"])
    found = eventually(lambda: settled(admin, game_id, "icon"))
    assert found["art"]["icon"]["colour"] == "#1428c8"


def test_an_upload_without_a_file_cannot_be_published(admin: httpx.Client, game_id: int) -> None:
    new = {"size": 100, "content_type": "image/png"}
    path = f"/v1/admin/games/{game_id}/art/icon"
    upload_id = admin.post(path, json=new).json()["upload_id"]
    answer = publish(admin, game_id, "icon", upload_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert publish(admin, game_id, "icon", str(uuid.uuid4())).status_code == 409
    assert publish(admin, game_id, "cover", upload_id).status_code == 409
    assert publish(admin, 2**62, "icon", upload_id).status_code == 404


@pytest.mark.parametrize(
    ("path", "new", "status", "field"),
    [
        ("1/art/portrait", {"size": 100, "content_type": "image/png"}, 400, "kind"),
        ("1/art/icon", {"size": 0, "content_type": "image/png"}, 422, "size"),
        ("1/art/icon", {"size": 10_485_761, "content_type": "image/png"}, 422, "size"),
        ("1/art/icon", {"size": 100, "content_type": "image/svg+xml"}, 422, "content_type"),
        ("1/art/icon", {"size": 100, "content_type": "image/png", "by": "ada"}, 422, "by"),
    ],
)
def test_an_invalid_upload_is_refused(
    admin: httpx.Client, path: str, new: dict[str, Any], status: int, field: str
) -> None:
    answer = admin.post(f"/v1/admin/games/{path}", json=new)
    assert answer.status_code == status
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_the_upload_url_accepts_only_the_announced_size_and_type(
    admin: httpx.Client, game_id: int
) -> None:
    body = png(256, 256)
    new = {"size": len(body), "content_type": "image/png"}
    url = admin.post(f"/v1/admin/games/{game_id}/art/icon", json=new).json()["url"]
    longer = httpx.put(url, content=body + b"!", headers={"Content-Type": "image/png"})
    other = httpx.put(url, content=body, headers={"Content-Type": "text/html"})
    assert (longer.status_code, other.status_code) == (403, 403)


def test_art_is_published_despite_an_outage_of_the_object_store_and_a_crash(
    cloud: LocalCloud, admin: httpx.Client, game_id: int, sql: Connection, eventually: Eventually
) -> None:
    created = upload(admin, game_id, "banner", png(1280, 720))
    with cloud.without("objects"):
        assert publish(admin, game_id, "banner", created["upload_id"]).status_code == 503
    publish(admin, game_id, "banner", created["upload_id"])
    functions = cloud.pid("functions")
    cloud.kill("functions")
    cloud.wait_until_back("functions", functions)
    found = eventually(lambda: settled(admin, game_id, "banner"), 60)
    assert found["uploads"]["banner"]["state"] == "published"
    assert [one.action for one in actions(sql, game_id)] == ["art.announce", "art.publish"]


def test_art_of_an_unknown_tool_becomes_a_dead_letter(
    cloud: LocalCloud, sql: Connection, eventually: Eventually
) -> None:
    message = ArtUploaded(owner="tools", owner_id=2**62, kind="icon", upload_id="u", uid="ada")
    event_id = str(uuid.uuid4())
    assert deliver(cloud, message, event_id).status_code == 204
    codes = select(dead_letters.c.code).where(dead_letters.c.event_id == event_id)
    assert eventually(lambda: sql.scalar(codes)) == "unknown_owner"


def deliver(cloud: LocalCloud, message: ArtUploaded, event_id: str = "") -> httpx.Response:
    """Push a message to the trigger, as its subscription does."""
    data = base64.b64encode(message.model_dump_json().encode()).decode()
    attributes = {"ce-id": event_id or str(uuid.uuid4())}
    message_id = {"messageId": "1", "publishTime": clock.rfc3339(clock.now())}
    body = {"message": {"data": data, "attributes": attributes, **message_id}}
    return httpx.post(f"{cloud.cloud.url('functions')}/process_art/", json=body, timeout=60)


@pytest.fixture
def creator(client: httpx.Client, player: Players) -> Iterator[httpx.Client]:
    """A client that is signed in as a creator and sends idempotency keys."""

    def add_key(request: httpx.Request) -> None:
        request.headers.setdefault("Idempotency-Key", str(uuid.uuid4()))

    headers, hooks = player(roles=["creator"]).headers, {"request": [add_key]}
    opened = httpx.Client(base_url=client.base_url, headers=headers, timeout=60, event_hooks=hooks)
    with opened:
        yield opened


def tool(creator: httpx.Client, game_id: int) -> str:
    texts = {"en": {"name": "Calm Seas", "summary": "No storms."}}
    new = {"game_id": str(game_id), "kind": "trainer", "texts": texts}
    answer = creator.post("/v1/creator/tools", json=new)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["tool_id"])


def test_a_creator_publishes_a_tools_icon(
    creator: httpx.Client, game_id: int, sql: Connection, eventually: Eventually
) -> None:
    path = f"/v1/creator/tools/{tool(creator, game_id)}/art"
    body = png(256, 256)
    new = {"size": len(body), "content_type": "image/png"}
    created = creator.post(f"{path}/icon", json=new).json()
    assert creator.get(path).json()["uploads"]["icon"]["state"] == "waiting"
    httpx.put(created["url"], content=body, headers={"Content-Type": "image/png"})
    taken = creator.post(f"{path}/icon/publish", json={"upload_id": created["upload_id"]})
    assert taken.status_code == 202, taken.text
    found = eventually(lambda: creator.get(path).json()["art"].get("icon"))
    assert [one["width"] for one in found["sizes"]] == [64, 128, 256]
    target = audit.c.target == path.removeprefix("/v1/creator/") + "/icon"
    recorded = sql.scalars(select(audit.c.action).where(target).order_by(audit.c.audit_id))
    assert list(recorded) == ["art.announce", "art.publish"]


def test_another_creators_tool_is_not_found(
    creator: httpx.Client, game_id: int, player: Players
) -> None:
    path = f"/v1/creator/tools/{tool(creator, game_id)}/art"
    new = {"size": 100, "content_type": "image/png"}
    upload_id = creator.post(f"{path}/icon", json=new).json()["upload_id"]
    stranger = {**player(roles=["creator"]).headers}
    for answer in (
        creator.get(path, headers=stranger),
        creator.post(f"{path}/icon", json=new, headers=stranger),
        creator.post(f"{path}/icon/publish", json={"upload_id": upload_id}, headers=stranger),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert creator.get(path).json()["uploads"]["icon"]["upload_id"] == upload_id
