"""What creators write, through the gateway: whose it is, what is refused, and what is noted."""

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


class Maker:
    """A creator who speaks to the gateway, with a new key for each POST."""

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
def make(client: httpx.Client, player: Callable[..., Player]) -> Callable[[], Maker]:
    return lambda: Maker(client, player(["creator"]))


@pytest.fixture
def maker(make: Callable[[], Maker]) -> Maker:
    return make()


@pytest.fixture
def game(sql: Connection) -> str:
    """A game of the test's own."""
    return new_game(sql)


def new_game(sql: Connection, **columns: Any) -> str:
    row = {"title": "Sea of Thieves", "import_key": uuid.uuid4().hex, "revision": 1}
    made = sql.execute(insert(games).values(**row, **columns, updated_at=clock.now()))
    return str(made.lastrowid)


@pytest.fixture
def tool(maker: Maker, game: str) -> str:
    """A tool of the maker's; its path."""
    return f"/tools/{maker.post('/tools', {'game_id': game, **TRAINER})['tool_id']}"


@pytest.fixture
def draft(maker: Maker, tool: str) -> str:
    """A version of that tool, drafted; its path."""
    maker.post(f"{tool}/versions", DRAFT)
    return f"{tool}/versions/1.0.0"


def put_into(sql: Connection, path: str, state: str) -> None:
    here = tool_versions.c.tool_id == int(path.split("/")[2])
    sql.execute(update(tool_versions).where(here).values(state=state))


def put_file(maker: Maker, draft: str) -> None:
    """Upload a file of one byte."""
    allowed = maker.post(f"{draft}/upload", {"size": 1})
    httpx.put(allowed["url"], content=b"x", headers=allowed["headers"]).raise_for_status()


def noted(sql: Connection, maker: Maker) -> list[tuple[str, str, Any]]:
    """Return what the audit says that a creator did."""
    rows = sql.execute(select(audit).where(audit.c.actor == maker.uid).order_by(audit.c.audit_id))
    return [(row.action, row.target, json.loads(row.detail)) for row in rows]


def test_only_creators_come_in(client: httpx.Client, player: Any, token: Any) -> None:
    operator = {"Authorization": f"Bearer {token('someone', ['admin'])}"}
    assert client.get(f"{CREATOR}/tools").status_code == 401
    for headers in (player().headers, operator):
        assert client.get(f"{CREATOR}/tools", headers=headers).status_code == 403


def test_a_tool_is_made_once_under_its_key_and_read(maker: Maker, game: str) -> None:
    wish = {"game_id": game, **TRAINER, "plan": "premium"}
    once = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, second = (maker.send("POST", "/tools", wish, **once) for _ in range(2))
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    for name in ("location", "etag", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert (second.status_code, second.content) == (201, first.content)
    shown = maker.client.get(first.headers["location"], headers=maker.headers)
    assert (shown.json(), shown.headers["etag"]) == (first.json(), '"1"')
    assert first.json().items() >= wish.items()
    assert maker.get("/tools")["items"] == [first.json()]
    status, problem = maker.refused("POST", "/tools", {**wish, "plan": "basic"}, **once)
    assert (status, problem["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_twins_of_a_post_make_one_tool(maker: Maker, game: str) -> None:
    once, wish = {"Idempotency-Key": str(uuid.uuid4())}, {"game_id": game, **TRAINER}

    def post(_: int) -> tuple[int, bytes]:
        answer = maker.send("POST", "/tools", wish, **once)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(6) as threads:
        answers = set(threads.map(post, range(6)))
    ((status, body),) = answers
    assert (status, maker.get("/tools")["items"]) == (201, [json.loads(body)])


@pytest.mark.parametrize("path", ["/tools", "{draft}/publish", "{draft}/upload"])
def test_a_post_without_a_key_is_refused(maker: Maker, game: str, draft: str, path: str) -> None:
    body = {"game_id": game, **TRAINER} if path == "/tools" else {"size": 1}
    headers = maker.headers
    answer = maker.client.post(CREATOR + path.format(draft=draft), json=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


def test_another_creators_things_are_not_there(
    maker: Maker, make: Callable[[], Maker], tool: str, draft: str, sql: Connection
) -> None:
    other, before = make(), sql.execute(select(tool_versions)).all()
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
    assert noted(sql, other) == []


def test_a_change_names_the_version_it_changes_and_is_noted(
    maker: Maker, tool: str, sql: Connection
) -> None:
    before, version = maker.get(tool), sql_version(sql)
    assert maker.refused("PATCH", tool, {"plan": "premium"})[0] == 428
    stale = maker.send("PATCH", tool, {"plan": "premium"}, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.headers["etag"], stale.json()["current"]) == (
        412,
        '"1"',
        before,
    )
    assert sql_version(sql) == version
    answer = maker.send("PATCH", tool, {"plan": "premium"}, **{"If-Match": '"7", "1"'})
    after = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (after["plan"], after["texts"], after["revision"]) == ("premium", before["texts"], 2)
    assert sql_version(sql) > version
    opened = maker.send("PATCH", tool, {"plan": None}, **{"If-Match": '"2"'}).json()
    assert "plan" not in opened
    assert noted(sql, maker) == [
        ("tool.create", before["tool_id"], {"after": before}),
        ("tool.edit", before["tool_id"], {"before": before, "after": after}),
        ("tool.edit", before["tool_id"], {"before": after, "after": opened}),
    ]


def sql_version(sql: Connection) -> int:
    return versioning.current(sql)


def test_a_draft_is_edited_as_a_whole_or_not_at_all(maker: Maker, draft: str, game: str) -> None:
    build = maker.post(f"/games/{game}/builds", {**BUILD, "marks": [mark()]})["build_id"]
    toggle = {"id": "calm", "kind": "toggle", "labels": {"en": "Calm"}, "default": True}
    changes = {"channel": "beta", "options": [toggle], "last_build_id": build}
    changed = maker.send("PATCH", draft, changes, **{"If-Match": '"1"'}).json()
    assert changed.items() >= changes.items()
    assert changed["revision"] == 2
    opened = maker.send("PATCH", draft, {"last_build_id": None}, **{"If-Match": '"2"'}).json()
    assert "last_build_id" not in opened
    assert opened["options"] == [toggle]
    for wrong in ({"channel": None}, {"options": [toggle, toggle]}, {"version": "2.0.0"}):
        assert maker.refused("PATCH", draft, wrong, **{"If-Match": '"3"'})[0] == 422
    assert maker.get(draft) == opened


def mark(kind: str = "steam") -> dict[str, str]:
    return {"kind": kind, "value": uuid.uuid4().hex}


def test_builds_are_listed_newest_first_and_no_two_are_the_same(maker: Maker, game: str) -> None:
    days = [f"2026-11-{day}T12:00:00Z" for day in ("20", "22", "21", "22", "19")]
    made = [
        maker.post(f"/games/{game}/builds", {"name": day, "released_at": day, "marks": [mark()]})
        for day in days
    ]
    expected = sorted(made, key=lambda b: (b["released_at"], int(b["build_id"])), reverse=True)
    assert list(pages(maker, f"/games/{game}/builds")) == expected
    twin = {**BUILD, "marks": [mark(), *made[0]["marks"]]}
    status, problem = maker.refused("POST", f"/games/{game}/builds", twin)
    assert (status, problem["build_id"]) == (409, made[0]["build_id"])
    assert len(maker.get(f"/games/{game}/builds")["items"]) == 5


def pages(maker: Maker, path: str) -> Iterator[Any]:
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = maker.get(path, **query)
        yield from page["items"]
        if "next_cursor" not in page:
            return
        query["cursor"] = page["next_cursor"]


def test_a_build_must_be_of_a_game_that_is_there(maker: Maker, game: str, sql: Connection) -> None:
    wish = {**BUILD, "marks": [mark()]}
    merged = new_game(sql, merged_into=int(game))
    assert maker.refused("POST", "/games/999999999/builds", wish)[0] == 404
    status, problem = maker.refused("POST", f"/games/{merged}/builds", wish)
    assert (status, game in problem["detail"]) == (409, True)
    for target in ("999999999", merged):
        status, problem = maker.refused("POST", "/tools", {"game_id": target, **TRAINER})
        assert (status, problem["errors"][0]["field"]) == (422, "game_id")


def test_a_range_of_builds_is_of_the_tools_game_and_in_order(
    maker: Maker, game: str, tool: str, sql: Connection
) -> None:
    def build(of: str, day: str) -> str:
        wish = {"name": day, "released_at": f"2026-11-{day}T12:00:00Z", "marks": [mark()]}
        made: str = maker.post(f"/games/{of}/builds", wish)["build_id"]
        return made

    late, early, foreign = build(game, "21"), build(game, "20"), build(new_game(sql), "20")
    for builds, field in (
        ((late, early), "last_build_id"),
        ((foreign, late), "first_build_id"),
        ((early, "999999999"), "last_build_id"),
    ):
        wish = {**DRAFT, "first_build_id": builds[0], "last_build_id": builds[1]}
        status, problem = maker.refused("POST", f"{tool}/versions", wish)
        assert (status, problem["errors"][0]["field"]) == (422, field)
    wish = {**DRAFT, "first_build_id": early, "last_build_id": late}
    assert maker.post(f"{tool}/versions", wish).items() >= wish.items()


def test_a_dependency_is_another_tool_that_is_there(maker: Maker, game: str, tool: str) -> None:
    own, other = tool.split("/")[2], maker.post("/tools", {"game_id": game, **TRAINER})["tool_id"]
    for ids, field in (([own], 0), ([other, "999999999"], 1), ([other, other], 1)):
        wanted = [{"tool_id": one, "range": ">=1.0.0"} for one in ids]
        wish = {**DRAFT, "dependencies": wanted}
        status, problem = maker.refused("POST", f"{tool}/versions", wish)
        assert (status, problem["errors"][0]["field"]) == (422, f"dependencies.{field}.tool_id")
    wish = {**DRAFT, "dependencies": [{"tool_id": other, "range": "*"}]}
    assert maker.post(f"{tool}/versions", wish).items() >= wish.items()


def test_versions_are_listed_highest_first_and_each_is_there_once(maker: Maker, tool: str) -> None:
    for version in ("1.9.0", "1.10.0-beta.2", "1.10.0-beta.11", "1.10.0", "1.2.0"):
        maker.post(f"{tool}/versions", {**DRAFT, "version": version})
    assert [one["version"] for one in pages(maker, f"{tool}/versions")] == [
        "1.10.0",
        "1.10.0-beta.11",
        "1.10.0-beta.2",
        "1.9.0",
        "1.2.0",
    ]
    status, problem = maker.refused("POST", f"{tool}/versions", {**DRAFT, "version": "1.9.0"})
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
def test_an_action_fits_the_state_or_is_told_it(
    maker: Maker, draft: str, sql: Connection, state: str, action: str
) -> None:
    put_file(maker, draft)
    put_into(sql, draft, state)
    method, path, body = ACTIONS[action]
    answer = maker.send(method, draft + path, body, **{"If-Match": "*"})
    if action in ALLOWED[state]:
        assert answer.is_success, answer.text
        return
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["state"]) == (409, "conflict", state)
    assert f"is {state}; it can be {action} when" in problem["detail"]
    assert maker.get(draft)["state"] == state


def test_nothing_is_published_without_a_file(maker: Maker, draft: str) -> None:
    status, problem = maker.refused("POST", f"{draft}/publish")
    assert (status, problem["state"], "upload" in problem["detail"]) == (409, "draft", True)


def test_what_was_not_uploaded_yet_is_not_published(maker: Maker, draft: str) -> None:
    allowed = maker.post(f"{draft}/upload", {"size": 1})
    once = {"Idempotency-Key": str(uuid.uuid4())}
    status, problem = maker.refused("POST", f"{draft}/publish", **once)
    assert (status, problem["state"], "PUT" in problem["detail"]) == (409, "draft", True)
    assert maker.get(draft)["state"] == "draft"
    httpx.put(allowed["url"], content=b"x", headers=allowed["headers"]).raise_for_status()
    answer = maker.send("POST", f"{draft}/publish", **once)
    assert (answer.status_code, answer.json()["state"]) == (202, "verifying")


def test_a_version_needs_what_can_be_had(
    maker: Maker, game: str, tool: str, sql: Connection
) -> None:
    needed = f"/tools/{maker.post('/tools', {'game_id': game, **TRAINER})['tool_id']}"
    maker.post(f"{needed}/versions", {**DRAFT, "version": "1.4.0"})
    ranges = [{"tool_id": needed.split("/")[2], "range": ">=1.2.0 <2.0.0"}]
    maker.post(f"{tool}/versions", {**DRAFT, "dependencies": ranges})
    draft = f"{tool}/versions/1.0.0"
    put_file(maker, draft)
    status, problem = maker.refused("POST", f"{draft}/publish")
    assert (status, problem["state"]) == (409, "draft")
    assert [one["field"] for one in problem["errors"]] == ["dependencies.0.range"]
    put_into(sql, needed, "published")
    assert maker.post(f"{draft}/publish")["state"] == "verifying"


def test_each_upload_has_a_place_of_its_own_and_a_retry_the_same(maker: Maker, draft: str) -> None:
    once = {"Idempotency-Key": str(uuid.uuid4())}
    wish = {"size": 3, "sha256": "0" * 64}
    first, again = (maker.send("POST", f"{draft}/upload", wish, **once) for _ in range(2))
    assert first.json() == again.json()
    other = maker.post(f"{draft}/upload", wish)
    assert first.json()["url"].split("?")[0] != other["url"].split("?")[0]
    for body in (b"four", b"fo"):
        refused = httpx.put(other["url"], content=body, headers=other["headers"])
        assert refused.status_code == 403, "a URL takes the size that was announced"
    elsewhere = other["url"].replace("incoming/", "artifacts/")
    assert httpx.put(elsewhere, content=b"foo", headers=other["headers"]).status_code == 403
    assert httpx.put(other["url"], content=b"foo", headers=other["headers"]).status_code == 200
    for size in (0, -1, 4_000_000_001, "3", 3.5, True):
        status, problem = maker.refused("POST", f"{draft}/upload", {"size": size})
        assert (status, problem["errors"][0]["field"]) == (422, "size")


def test_unknown_members_are_refused(maker: Maker, game: str, tool: str, draft: str) -> None:
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
        status, problem = maker.refused(method, path, {**body, "creator_uid": "me"}, **match)
        assert (status, problem["errors"][0]["field"]) == (422, "creator_uid")


def test_a_cursor_of_another_list_is_refused(maker: Maker, game: str, tool: str) -> None:
    for day in ("20", "21"):
        wish = {"name": day, "released_at": f"2026-11-{day}T12:00:00Z", "marks": [mark()]}
        maker.post(f"/games/{game}/builds", wish)
        maker.post("/tools", {"game_id": game, **TRAINER})
        maker.post(f"{tool}/versions", {**DRAFT, "version": f"1.{day}.0"})
    lists = ["/tools", f"/games/{game}/builds", f"{tool}/versions"]
    cursors = {path: maker.get(path, limit=1)["next_cursor"] for path in lists}
    strange = [(path, one) for path in lists for of, one in cursors.items() if of != path]
    others = [f"/games/{int(game) - 1}/builds", "/tools/999999999/versions"]
    strange += list(zip(others, (cursors[lists[1]], cursors[lists[2]]), strict=True))
    strange += [(path, broken) for path in lists for broken in ("x", "W10", "é", "", "a" * 1001)]
    for path, cursor in strange:
        answer = maker.client.get(CREATOR + path, params={"cursor": cursor}, headers=maker.headers)
        if cursor == "":  # as good as none
            assert answer.status_code == 200
            continue
        assert answer.status_code == 400, (path, cursor, answer.text)
        assert answer.json()["errors"][0]["field"] == "cursor"


def test_sql_in_every_string_is_only_text(maker: Maker, game: str, sql: Connection) -> None:
    count = len(sql.execute(select(tools)).all())
    texts = {"en": {"name": SQL, "summary": SQL}, "de": {"name": SQL, "summary": ""}}
    made = maker.post("/tools", {"game_id": game, "kind": "mod", "texts": texts})
    assert made["texts"] == texts
    at = f"/tools/{made['tool_id']}"
    build = maker.post(f"/games/{game}/builds", {**BUILD, "name": SQL, "marks": [mark()]})
    assert maker.get(f"/games/{game}/builds")["items"] == [build]
    text = {"id": "a", "kind": "text", "labels": {"en": SQL}, "group": {"en": SQL}, "default": SQL}
    made = maker.post(f"{at}/versions", {**DRAFT, "options": [text]})
    assert made["options"] == [text]
    put_into(sql, at, "published")
    gone = maker.post(f"{at}/versions/1.0.0/withdraw", {"reason": SQL})
    assert gone["reason"] == {"code": "withdrawn", "detail": SQL}
    assert maker.get(f"{at}/versions/1.0.0")["reason"]["detail"] == SQL
    assert len(sql.execute(select(tools)).all()) == count + 1
    for path in (f"/tools/{SQL}", f"{at}/versions/{SQL}", f"/games/{SQL}/builds"):
        answer = maker.client.get(
            CREATOR + httpx.URL(path=path).raw_path.decode(), headers=maker.headers
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
def test_strings_that_cannot_be_meant_are_named(  # noqa: PLR0913, PLR0917  fixtures
    maker: Maker, game: str, tool: str, draft: str, sql: Connection, kind: str
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
        status, problem = maker.refused(method, path, body, **{"If-Match": "*"})
        assert status == 422, (path, problem)
        assert [one["field"] for one in problem["errors"]] == [field]
    assert (sql.execute(select(tool_versions)).all(), sql.execute(select(tools)).all()) == before


@pytest.mark.parametrize("half", [b'"\\ud800"', b'"\xed\xa0\x80"', b'"\xff"'])
def test_half_a_character_is_no_json(maker: Maker, game: str, half: bytes) -> None:
    body = json.dumps({"game_id": game, **TRAINER}).encode().replace(b'"Calm Seas"', half)
    status, problem = maker.refused("POST", "/tools", body)
    assert (status, problem["errors"][0]["field"]) == (400, "body")


def test_what_a_path_cannot_hold_is_refused(maker: Maker, tool: str) -> None:
    for path in ("/tools/%00", "/tools/0", "/tools/" + "9" * 30, f"/tools/{'1' * 6000}"):
        assert maker.send("GET", path).status_code in (400, 404, 414)
    for version in ("1.0", "%00", "1.0.0%00", "1.0.0+7", "1.0.0-" + "a" * 3000, "%ED%A0%80"):
        status, problem = maker.refused("GET", f"{tool}/versions/{version}")
        assert (status, problem["errors"][0]["field"]) == (400, "version")
