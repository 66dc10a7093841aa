"""Creators' tools, builds and versions through the gateway: access, validation and audit."""

import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert, select, update

from shared.domain.catalog import versioning
from shared.runtime import clock
from shared.schema.catalog import games
from shared.schema.operations import audit
from shared.schema.tools import tool_versions, tools
from tests.conftest import Player

CREATOR = "/v1/creator"
SQL = "Robert'); DROP TABLE tools; -- \" ` \\ %s {0} :uid"
DRAFT = {"version": "1.0.0", "channel": "stable"}
TRAINER = {"kind": "trainer", "texts": {"en": {"name": "Calm Seas", "summary": "No storms."}}}
BUILD = {"name": "1.0", "released_at": "2026-11-20T12:00:00Z"}


class CreatorClient:
    """Sends requests to the gateway as one creator, with a new key for each POST."""

    def __init__(self, client: httpx.Client, someone: Player) -> None:
        self.client = client
        self.uid = someone.uid
        self.headers = someone.headers

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {**self.headers, "Idempotency-Key": str(uuid.uuid4()), **headers}
        content = body if isinstance(body, bytes) else body and json.dumps(body)
        return self.client.request(method, CREATOR + path, content=content, headers=given)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(CREATOR + path, params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.send("POST", path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.send(method, path, body, **headers)
        assert answer.is_client_error, answer.text
        return answer.status_code, answer.json()


@pytest.fixture
def new_creator(client: httpx.Client, player: Callable[..., Player]) -> Callable[[], CreatorClient]:
    return lambda: CreatorClient(client, player(["creator"]))


@pytest.fixture
def creator(new_creator: Callable[[], CreatorClient]) -> CreatorClient:
    return new_creator()


@pytest.fixture
def game(sql: Connection) -> str:
    """A game for this test only."""
    return new_game(sql)


def new_game(sql: Connection, **columns: Any) -> str:
    row = {"title": "Sea of Thieves", "import_key": uuid.uuid4().hex, "revision": 1}
    made = sql.execute(insert(games).values(**row, **columns, updated_at=clock.now()))
    return str(made.lastrowid)


@pytest.fixture
def tool(creator: CreatorClient, game: str) -> str:
    """The path of a tool of this creator."""
    return f"/tools/{creator.post('/tools', {'game_id': game, **TRAINER})['tool_id']}"


@pytest.fixture
def draft(creator: CreatorClient, tool: str) -> str:
    """The path of a draft version of that tool."""
    creator.post(f"{tool}/versions", DRAFT)
    return f"{tool}/versions/1.0.0"


def set_state(sql: Connection, path: str, state: str) -> None:
    here = tool_versions.c.tool_id == int(path.split("/")[2])
    sql.execute(update(tool_versions).where(here).values(state=state))


def put_file(creator: CreatorClient, draft: str) -> None:
    """Upload a file of one byte."""
    allowed = creator.post(f"{draft}/upload", {"size": 1})
    httpx.put(allowed["url"], content=b"x", headers=allowed["headers"]).raise_for_status()


def audited(sql: Connection, creator: CreatorClient) -> list[tuple[str, str, Any]]:
    """Return the audit entries of a creator."""
    rows = sql.execute(select(audit).where(audit.c.actor == creator.uid).order_by(audit.c.audit_id))
    return [(row.action, row.target, json.loads(row.detail)) for row in rows]


def test_only_creators_have_access(client: httpx.Client, player: Any, token: Any) -> None:
    operator = {"Authorization": f"Bearer {token('someone', ['admin'])}"}
    assert client.get(f"{CREATOR}/tools").status_code == 401
    for headers in (player().headers, operator):
        assert client.get(f"{CREATOR}/tools", headers=headers).status_code == 403


def test_a_tool_is_created_once_per_key_and_can_be_read(creator: CreatorClient, game: str) -> None:
    payload = {"game_id": game, **TRAINER, "plan": "premium"}
    once = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, second = (creator.send("POST", "/tools", payload, **once) for _ in range(2))
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    for name in ("location", "etag", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert (second.status_code, second.content) == (201, first.content)
    shown = creator.client.get(first.headers["location"], headers=creator.headers)
    assert (shown.json(), shown.headers["etag"]) == (first.json(), '"1"')
    assert first.json().items() >= payload.items()
    assert creator.get("/tools")["items"] == [first.json()]
    status, problem = creator.refused("POST", "/tools", {**payload, "plan": "basic"}, **once)
    assert (status, problem["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_concurrent_posts_with_one_key_create_one_tool(creator: CreatorClient, game: str) -> None:
    once, payload = {"Idempotency-Key": str(uuid.uuid4())}, {"game_id": game, **TRAINER}

    def post(_: int) -> tuple[int, bytes]:
        answer = creator.send("POST", "/tools", payload, **once)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(6) as threads:
        answers = set(threads.map(post, range(6)))
    ((status, body),) = answers
    assert (status, creator.get("/tools")["items"]) == (201, [json.loads(body)])


@pytest.mark.parametrize("path", ["/tools", "{draft}/publish", "{draft}/upload"])
def test_a_post_without_a_key_is_refused(
    creator: CreatorClient, game: str, draft: str, path: str
) -> None:
    body = {"game_id": game, **TRAINER} if path == "/tools" else {"size": 1}
    headers = creator.headers
    answer = creator.client.post(CREATOR + path.format(draft=draft), json=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


def test_another_creators_resources_are_not_found(
    creator: CreatorClient,
    new_creator: Callable[[], CreatorClient],
    tool: str,
    draft: str,
    sql: Connection,
) -> None:
    other, before = new_creator(), sql.execute(select(tool_versions)).all()
    calls: list[tuple[str, str, Any]] = [
        ("GET", tool, None),
        ("PATCH", tool, {"plan": "premium"}),
        ("GET", f"{tool}/versions", None),
        ("POST", f"{tool}/versions", {**DRAFT, "version": "2.0.0"}),
        ("GET", draft, None),
        ("PATCH", draft, {"channel": "beta"}),
        ("POST", f"{draft}/upload", {"size": 1}),
        ("POST", f"{draft}/publish", None),
        ("POST", f"{draft}/withdraw", {"reason": "mine"}),
    ]
    for method, path, body in calls:
        status, problem = other.refused(method, path, body, **{"If-Match": "*"})
        assert (status, problem["code"]) == (404, "not_found"), path
    assert other.get("/tools") == {"items": []}
    assert sql.execute(select(tool_versions)).all() == before
    assert audited(sql, other) == []


def test_a_change_requires_the_current_revision_and_is_audited(
    creator: CreatorClient, tool: str, sql: Connection
) -> None:
    before, version = creator.get(tool), sql_version(sql)
    assert creator.refused("PATCH", tool, {"plan": "premium"})[0] == 428
    stale = creator.send("PATCH", tool, {"plan": "premium"}, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.headers["etag"], stale.json()["current"]) == (
        412,
        '"1"',
        before,
    )
    assert sql_version(sql) == version
    answer = creator.send("PATCH", tool, {"plan": "premium"}, **{"If-Match": '"7", "1"'})
    after = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (after["plan"], after["texts"], after["revision"]) == ("premium", before["texts"], 2)
    assert sql_version(sql) > version
    opened = creator.send("PATCH", tool, {"plan": None}, **{"If-Match": '"2"'}).json()
    assert "plan" not in opened
    assert audited(sql, creator) == [
        ("tool.create", before["tool_id"], {"after": before}),
        ("tool.edit", before["tool_id"], {"before": before, "after": after}),
        ("tool.edit", before["tool_id"], {"before": after, "after": opened}),
    ]


def sql_version(sql: Connection) -> int:
    return versioning.current(sql)


def test_a_draft_is_edited_atomically(creator: CreatorClient, draft: str, game: str) -> None:
    build = creator.post(f"/games/{game}/builds", {**BUILD, "marks": [mark()]})["build_id"]
    toggle = {"id": "calm", "kind": "toggle", "labels": {"en": "Calm"}, "default": True}
    changes = {"channel": "beta", "options": [toggle], "last_build_id": build}
    changed = creator.send("PATCH", draft, changes, **{"If-Match": '"1"'}).json()
    assert changed.items() >= changes.items()
    assert changed["revision"] == 2
    opened = creator.send("PATCH", draft, {"last_build_id": None}, **{"If-Match": '"2"'}).json()
    assert "last_build_id" not in opened
    assert opened["options"] == [toggle]
    for wrong in ({"channel": None}, {"options": [toggle, toggle]}, {"version": "2.0.0"}):
        assert creator.refused("PATCH", draft, wrong, **{"If-Match": '"3"'})[0] == 422
    assert creator.get(draft) == opened


def mark(kind: str = "steam") -> dict[str, str]:
    return {"kind": kind, "value": uuid.uuid4().hex}


def test_builds_are_listed_newest_first_and_duplicates_are_refused(
    creator: CreatorClient, game: str
) -> None:
    days = [f"2026-11-{day}T12:00:00Z" for day in ("20", "22", "21", "22", "19")]
    made = [
        creator.post(f"/games/{game}/builds", {"name": day, "released_at": day, "marks": [mark()]})
        for day in days
    ]
    expected = sorted(made, key=lambda b: (b["released_at"], int(b["build_id"])), reverse=True)
    assert list(pages(creator, f"/games/{game}/builds")) == expected
    twin = {**BUILD, "marks": [mark(), *made[0]["marks"]]}
    status, problem = creator.refused("POST", f"/games/{game}/builds", twin)
    assert (status, problem["build_id"]) == (409, made[0]["build_id"])
    assert len(creator.get(f"/games/{game}/builds")["items"]) == 5


def pages(creator: CreatorClient, path: str) -> Iterator[Any]:
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = creator.get(path, **query)
        yield from page["items"]
        if "next_cursor" not in page:
            return
        query["cursor"] = page["next_cursor"]


def test_a_build_needs_an_existing_game(creator: CreatorClient, game: str, sql: Connection) -> None:
    payload = {**BUILD, "marks": [mark()]}
    merged = new_game(sql, merged_into=int(game))
    assert creator.refused("POST", "/games/999999999/builds", payload)[0] == 404
    status, problem = creator.refused("POST", f"/games/{merged}/builds", payload)
    assert (status, game in problem["detail"]) == (409, True)
    for target in ("999999999", merged):
        status, problem = creator.refused("POST", "/tools", {"game_id": target, **TRAINER})
        assert (status, problem["errors"][0]["field"]) == (422, "game_id")


def test_a_range_of_builds_must_be_of_the_tools_game_and_in_order(
    creator: CreatorClient, game: str, tool: str, sql: Connection
) -> None:
    def build(of: str, day: str) -> str:
        payload = {"name": day, "released_at": f"2026-11-{day}T12:00:00Z", "marks": [mark()]}
        made: str = creator.post(f"/games/{of}/builds", payload)["build_id"]
        return made

    late, early, foreign = build(game, "21"), build(game, "20"), build(new_game(sql), "20")
    for builds, field in (
        ((late, early), "last_build_id"),
        ((foreign, late), "first_build_id"),
        ((early, "999999999"), "last_build_id"),
    ):
        payload = {**DRAFT, "first_build_id": builds[0], "last_build_id": builds[1]}
        status, problem = creator.refused("POST", f"{tool}/versions", payload)
        assert (status, problem["errors"][0]["field"]) == (422, field)
    payload = {**DRAFT, "first_build_id": early, "last_build_id": late}
    assert creator.post(f"{tool}/versions", payload).items() >= payload.items()


def test_a_dependency_must_be_another_existing_tool(
    creator: CreatorClient, game: str, tool: str
) -> None:
    own, other = tool.split("/")[2], creator.post("/tools", {"game_id": game, **TRAINER})["tool_id"]
    for ids, field in (([own], 0), ([other, "999999999"], 1), ([other, other], 1)):
        wanted = [{"tool_id": one, "range": ">=1.0.0"} for one in ids]
        payload = {**DRAFT, "dependencies": wanted}
        status, problem = creator.refused("POST", f"{tool}/versions", payload)
        assert (status, problem["errors"][0]["field"]) == (422, f"dependencies.{field}.tool_id")
    payload = {**DRAFT, "dependencies": [{"tool_id": other, "range": "*"}]}
    assert creator.post(f"{tool}/versions", payload).items() >= payload.items()


def test_versions_are_listed_highest_first_and_duplicates_are_refused(
    creator: CreatorClient, tool: str
) -> None:
    for version in ("1.9.0", "1.10.0-beta.2", "1.10.0-beta.11", "1.10.0", "1.2.0"):
        creator.post(f"{tool}/versions", {**DRAFT, "version": version})
    assert [one["version"] for one in pages(creator, f"{tool}/versions")] == [
        "1.10.0",
        "1.10.0-beta.11",
        "1.10.0-beta.2",
        "1.9.0",
        "1.2.0",
    ]
    status, problem = creator.refused("POST", f"{tool}/versions", {**DRAFT, "version": "1.9.0"})
    assert (status, "1.9.0" in problem["detail"]) == (409, True)


ACTIONS: dict[str, tuple[str, str, Any]] = {
    "edited": ("PATCH", "", {"channel": "beta"}),
    "uploaded": ("POST", "/upload", {"size": 1}),
    "published": ("POST", "/publish", None),
    "withdrawn": ("POST", "/withdraw", {"reason": "it crashes"}),
}
ALLOWED = {
    "draft": {"edited", "uploaded", "published"},
    "verifying": set(),
    "published": {"withdrawn"},
    "rejected": {"edited", "uploaded", "published", "withdrawn"},
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_in_the_wrong_state_is_refused_with_the_state(
    creator: CreatorClient, draft: str, sql: Connection, state: str, action: str
) -> None:
    put_file(creator, draft)
    set_state(sql, draft, state)
    method, path, body = ACTIONS[action]
    answer = creator.send(method, draft + path, body, **{"If-Match": "*"})
    if action in ALLOWED[state]:
        assert answer.is_success, answer.text
        return
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["state"]) == (409, "conflict", state)
    assert f"is {state}; it can be {action} when" in problem["detail"]
    assert creator.get(draft)["state"] == state


def test_nothing_is_published_without_a_file(creator: CreatorClient, draft: str) -> None:
    status, problem = creator.refused("POST", f"{draft}/publish")
    assert (status, problem["state"], "upload" in problem["detail"]) == (409, "draft", True)


def test_a_version_without_its_upload_is_not_published(creator: CreatorClient, draft: str) -> None:
    allowed = creator.post(f"{draft}/upload", {"size": 1})
    once = {"Idempotency-Key": str(uuid.uuid4())}
    status, problem = creator.refused("POST", f"{draft}/publish", **once)
    assert (status, problem["state"], "PUT" in problem["detail"]) == (409, "draft", True)
    assert creator.get(draft)["state"] == "draft"
    httpx.put(allowed["url"], content=b"x", headers=allowed["headers"]).raise_for_status()
    answer = creator.send("POST", f"{draft}/publish", **once)
    assert (answer.status_code, answer.json()["state"]) == (202, "verifying")


def test_a_version_needs_available_dependencies(
    creator: CreatorClient, game: str, tool: str, sql: Connection
) -> None:
    needed = f"/tools/{creator.post('/tools', {'game_id': game, **TRAINER})['tool_id']}"
    creator.post(f"{needed}/versions", {**DRAFT, "version": "1.4.0"})
    ranges = [{"tool_id": needed.split("/")[2], "range": ">=1.2.0 <2.0.0"}]
    creator.post(f"{tool}/versions", {**DRAFT, "dependencies": ranges})
    draft = f"{tool}/versions/1.0.0"
    put_file(creator, draft)
    status, problem = creator.refused("POST", f"{draft}/publish")
    assert (status, problem["state"]) == (409, "draft")
    assert [one["field"] for one in problem["errors"]] == ["dependencies.0.range"]
    set_state(sql, needed, "published")
    assert creator.post(f"{draft}/publish")["state"] == "verifying"


def test_each_upload_has_its_own_url_and_a_retry_the_same(
    creator: CreatorClient, draft: str
) -> None:
    once = {"Idempotency-Key": str(uuid.uuid4())}
    payload = {"size": 3, "sha256": "0" * 64}
    first, again = (creator.send("POST", f"{draft}/upload", payload, **once) for _ in range(2))
    assert first.json() == again.json()
    other = creator.post(f"{draft}/upload", payload)
    assert first.json()["url"].split("?")[0] != other["url"].split("?")[0]
    for body in (b"four", b"fo"):
        refused = httpx.put(other["url"], content=body, headers=other["headers"])
        assert refused.status_code == 403, "a URL accepts only the announced size"
    elsewhere = other["url"].replace("incoming/", "artifacts/")
    assert httpx.put(elsewhere, content=b"foo", headers=other["headers"]).status_code == 403
    assert httpx.put(other["url"], content=b"foo", headers=other["headers"]).status_code == 200
    for size in (0, -1, 4_000_000_001, "3", 3.5, True):
        status, problem = creator.refused("POST", f"{draft}/upload", {"size": size})
        assert (status, problem["errors"][0]["field"]) == (422, "size")


def test_unknown_members_are_refused(
    creator: CreatorClient, game: str, tool: str, draft: str
) -> None:
    match = {"If-Match": "*"}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/tools", {"game_id": game, **TRAINER}),
        ("PATCH", tool, {"plan": "premium"}),
        ("POST", f"/games/{game}/builds", {**BUILD, "marks": [mark()]}),
        ("POST", f"{tool}/versions", DRAFT),
        ("PATCH", draft, {"channel": "beta"}),
        ("POST", f"{draft}/upload", {"size": 1}),
        ("POST", f"{draft}/withdraw", {"reason": "why"}),
    ]
    for method, path, body in calls:
        status, problem = creator.refused(method, path, {**body, "creator_uid": "me"}, **match)
        assert (status, problem["errors"][0]["field"]) == (422, "creator_uid")


def test_a_cursor_of_another_list_is_refused(creator: CreatorClient, game: str, tool: str) -> None:
    for day in ("20", "21"):
        payload = {"name": day, "released_at": f"2026-11-{day}T12:00:00Z", "marks": [mark()]}
        creator.post(f"/games/{game}/builds", payload)
        creator.post("/tools", {"game_id": game, **TRAINER})
        creator.post(f"{tool}/versions", {**DRAFT, "version": f"1.{day}.0"})
    lists = ["/tools", f"/games/{game}/builds", f"{tool}/versions"]
    cursors = {path: creator.get(path, limit=1)["next_cursor"] for path in lists}
    strange = [(path, one) for path in lists for of, one in cursors.items() if of != path]
    others = [f"/games/{int(game) - 1}/builds", "/tools/999999999/versions"]
    strange += list(zip(others, (cursors[lists[1]], cursors[lists[2]]), strict=True))
    strange += [(path, broken) for path in lists for broken in ("x", "W10", "é", "", "a" * 1001)]
    for path, cursor in strange:
        answer = creator.client.get(
            CREATOR + path, params={"cursor": cursor}, headers=creator.headers
        )
        if cursor == "":  # counts as no cursor
            assert answer.status_code == 200
            continue
        assert answer.status_code == 400, (path, cursor, answer.text)
        assert answer.json()["errors"][0]["field"] == "cursor"


def test_sql_in_every_string_is_only_text(
    creator: CreatorClient, game: str, sql: Connection
) -> None:
    count = len(sql.execute(select(tools)).all())
    texts = {"en": {"name": SQL, "summary": SQL}, "de": {"name": SQL, "summary": ""}}
    made = creator.post("/tools", {"game_id": game, "kind": "mod", "texts": texts})
    assert made["texts"] == texts
    at = f"/tools/{made['tool_id']}"
    build = creator.post(f"/games/{game}/builds", {**BUILD, "name": SQL, "marks": [mark()]})
    assert creator.get(f"/games/{game}/builds")["items"] == [build]
    text = {"id": "a", "kind": "text", "labels": {"en": SQL}, "group": {"en": SQL}, "default": SQL}
    made = creator.post(f"{at}/versions", {**DRAFT, "options": [text]})
    assert made["options"] == [text]
    set_state(sql, at, "published")
    gone = creator.post(f"{at}/versions/1.0.0/withdraw", {"reason": SQL})
    assert gone["reason"] == {"code": "withdrawn", "detail": SQL}
    assert creator.get(f"{at}/versions/1.0.0")["reason"]["detail"] == SQL
    assert len(sql.execute(select(tools)).all()) == count + 1
    for path in (f"/tools/{SQL}", f"{at}/versions/{SQL}", f"/games/{SQL}/builds"):
        answer = creator.client.get(
            CREATOR + httpx.URL(path=path).raw_path.decode(), headers=creator.headers
        )
        assert answer.status_code in (400, 404)


WRONG = {
    "NUL": "a\x00b",
    "40 kB": "x" * 40_000,
    "blank": " ",
    "number": 7,
    "SQL": SQL,
}


@pytest.mark.parametrize("kind", WRONG)
def test_invalid_strings_are_named(  # noqa: PLR0913, PLR0917  fixtures
    creator: CreatorClient, game: str, tool: str, draft: str, sql: Connection, kind: str
) -> None:
    wrong = WRONG[kind]
    toggle = {"id": "calm", "kind": "toggle", "labels": {"en": "Calm"}, "default": True}
    ids: list[tuple[str, str, Any, str]] = [
        ("POST", "/tools", {**TRAINER, "game_id": wrong}, "game_id"),
        ("POST", "/tools", {**TRAINER, "game_id": game, "kind": wrong}, "kind"),
        ("PATCH", tool, {"plan": wrong}, "plan"),
        (
            "POST",
            f"/games/{game}/builds",
            {**BUILD, "marks": [{"kind": "steam", "value": wrong}]},
            "marks.0.value",
        ),
        ("POST", f"{tool}/versions", {**DRAFT, "version": wrong}, "version"),
        ("PATCH", draft, {"first_build_id": wrong}, "first_build_id"),
        ("PATCH", draft, {"options": [{**toggle, "id": wrong}]}, "options.0.id"),
        ("POST", f"{draft}/upload", {"size": 1, "sha256": wrong}, "sha256"),
    ]
    texts: list[tuple[str, str, Any, str]] = [
        ("PATCH", tool, {"texts": {"en": {"name": wrong}}}, "texts.en.name"),
        ("POST", f"/games/{game}/builds", {**BUILD, "name": wrong, "marks": [mark()]}, "name"),
        ("PATCH", draft, {"options": [{**toggle, "labels": {"en": wrong}}]}, "options.0.labels.en"),
        ("POST", f"{draft}/withdraw", {"reason": wrong}, "reason"),
    ]
    before = sql.execute(select(tool_versions)).all(), sql.execute(select(tools)).all()
    for method, path, body, field in ids + (texts if kind != "SQL" else []):
        status, problem = creator.refused(method, path, body, **{"If-Match": "*"})
        assert status == 422, (path, problem)
        assert [one["field"] for one in problem["errors"]] == [field]
    assert (sql.execute(select(tool_versions)).all(), sql.execute(select(tools)).all()) == before


@pytest.mark.parametrize("half", [b'"\\ud800"', b'"\xed\xa0\x80"', b'"\xff"'])
def test_a_lone_surrogate_is_invalid_json(creator: CreatorClient, game: str, half: bytes) -> None:
    body = json.dumps({"game_id": game, **TRAINER}).encode().replace(b'"Calm Seas"', half)
    status, problem = creator.refused("POST", "/tools", body)
    assert (status, problem["errors"][0]["field"]) == (400, "body")


def test_an_invalid_path_is_refused(creator: CreatorClient, tool: str) -> None:
    for path in ("/tools/%00", "/tools/0", "/tools/" + "9" * 30, f"/tools/{'1' * 6000}"):
        assert creator.send("GET", path).status_code in (400, 404, 414)
    for version in ("1.0", "%00", "1.0.0%00", "1.0.0+7", "1.0.0-" + "a" * 3000, "%ED%A0%80"):
        status, problem = creator.refused("GET", f"{tool}/versions/{version}")
        assert (status, problem["errors"][0]["field"]) == (400, "version")
