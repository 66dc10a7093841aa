"""What a signed-in client may do with documents, tested with the real emulator."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.conftest import Player
from tests.support.local_cloud import LocalCloud

OPEN = 200
CLOSED = 403
ENTRY = {
    "code": {"stringValue": "achievement_granted"},
    "params": {"mapValue": {"fields": {"achievement_id": {"stringValue": "first_hour"}}}},
    "read": {"booleanValue": False},
}
STATS = {"game_id": {"stringValue": "7"}, "play_ms": {"integerValue": "60000"}}
READ = {"read": {"booleanValue": True}}


class Documents:
    """REST access to the document store as one caller."""

    def __init__(self, cloud: LocalCloud, authorization: str | None) -> None:
        base = f"{cloud.cloud.url('firestore')}/v1/projects/{cloud.cloud.project}"
        self.base = f"{base}/databases/(default)/documents"
        self.headers = {"Authorization": authorization} if authorization else {}

    def request(
        self, method: str, path: str, fields: Any = None, mask: tuple[str, ...] = ()
    ) -> int:
        params = {"updateMask.fieldPaths": list(mask)}
        body = None if fields is None else {"fields": fields}
        url = f"{self.base}/{path}"
        answer = httpx.request(method, url, json=body, params=params, headers=self.headers)
        return answer.status_code


@pytest.fixture
def owner(player: Callable[..., Player]) -> Player:
    return player()


@pytest.fixture
def own_documents(cloud: LocalCloud, owner: Player) -> Documents:
    """The player's access; an inbox entry and stats exist."""
    admin = Documents(cloud, "Bearer owner")
    assert admin.request("PATCH", f"players/{owner.uid}/inbox/entry", ENTRY) == OPEN
    assert admin.request("PATCH", f"players/{owner.uid}/stats/7", STATS) == OPEN
    return Documents(cloud, f"Bearer {owner.token}")


@pytest.fixture(params=["another player", "an admin", "nobody"])
def stranger(
    request: pytest.FixtureRequest, cloud: LocalCloud, player: Callable[..., Player]
) -> Documents:
    if request.param == "nobody":
        return Documents(cloud, None)
    roles = ["admin"] if request.param == "an admin" else []
    return Documents(cloud, f"Bearer {player(roles).token}")


@pytest.mark.parametrize("path", ["stats/7", "stats", "inbox/entry", "inbox"])
def test_players_read_only_their_own_documents(
    owner: Player, own_documents: Documents, stranger: Documents, path: str
) -> None:
    assert own_documents.request("GET", f"players/{owner.uid}/{path}") == OPEN
    assert stranger.request("GET", f"players/{owner.uid}/{path}") == CLOSED


def test_an_entry_is_marked_read(owner: Player, own_documents: Documents) -> None:
    path = f"players/{owner.uid}/inbox/entry"
    assert own_documents.request("PATCH", path, READ, ("read",)) == OPEN
    assert own_documents.request("PATCH", path, READ, ("read",)) == OPEN, (
        "a second time changes nothing"
    )


@pytest.mark.parametrize(
    ("fields", "mask"),
    [
        pytest.param({"read": {"booleanValue": False}}, ("read",), id="unread"),
        pytest.param({"read": {"stringValue": "yes"}}, ("read",), id="not a boolean"),
        pytest.param({"code": {"stringValue": "x"}}, ("code",), id="another field"),
        pytest.param({**READ, "code": {"stringValue": "x"}}, ("read", "code"), id="more fields"),
        pytest.param({**READ, "mine": {"stringValue": "x"}}, ("read", "mine"), id="a new field"),
        pytest.param(READ, ("read", "params"), id="a field removed"),
        pytest.param(READ, (), id="everything replaced"),
    ],
)
def test_no_other_field_of_an_entry_can_be_changed(
    owner: Player, own_documents: Documents, fields: Any, mask: tuple[str, ...]
) -> None:
    assert (
        own_documents.request("PATCH", f"players/{owner.uid}/inbox/entry", fields, mask) == CLOSED
    )


def test_a_stranger_cannot_mark_an_entry_read(
    owner: Player, own_documents: Documents, stranger: Documents
) -> None:
    path = f"players/{owner.uid}/inbox/entry"
    assert stranger.request("PATCH", path, READ, ("read",)) == CLOSED


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "players/{uid}/stats/7"),
        ("PATCH", "players/{uid}/stats/8"),
        ("DELETE", "players/{uid}/stats/7"),
        ("PATCH", "players/{uid}/inbox/new"),
        ("DELETE", "players/{uid}/inbox/entry"),
        ("PATCH", "players/{uid}"),
        ("PATCH", "players/{uid}/loot/1"),
        ("PATCH", "anything/at-all"),
    ],
)
def test_clients_cannot_write_anything_else(
    owner: Player, own_documents: Documents, method: str, path: str
) -> None:
    fields = STATS if method == "PATCH" else None
    assert own_documents.request(method, path.format(uid=owner.uid), fields) == CLOSED


@pytest.mark.parametrize("path", ["players/{uid}", "anything/at-all"])
def test_a_document_without_a_rule_is_not_readable(
    owner: Player, own_documents: Documents, path: str
) -> None:
    assert own_documents.request("GET", path.format(uid=owner.uid)) == CLOSED
