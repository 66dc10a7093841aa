"""Published tools through the gateway, as everyone sees them."""

from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from tests.support import publishing

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def game_id(sql: Connection) -> int:
    return publishing.game(sql)


@pytest.fixture
def tool_id(sql: Connection, game_id: int) -> int:
    """A tool with three versions in two channels."""
    made = publishing.tool(sql, game_id, plan="premium")
    for name, channel in (("1.0.0", "stable"), ("1.1.0", "stable"), ("2.0.0-beta.1", "beta")):
        publishing.version(sql, made, name, channel=channel)
    return made


def read(client: httpx.Client, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.headers["cache-control"] == "public, max-age=60"
    return answer.json()


def test_a_tool_is_returned_in_a_language_that_the_response_names(
    client: httpx.Client, game_id: int, tool_id: int
) -> None:
    for path in (f"/v1/tools/{tool_id}", f"/v1/games/{game_id}/tools"):
        for wanted, spoken, name in (("de-AT", "de", "Flink"), ("ja", "en", "Swift")):
            answer = client.get(path, params={"locale": wanted})
            assert answer.headers["content-language"] == spoken
            assert "accept-language" not in answer.headers.get("vary", "").lower()
            body = answer.json()
            shown = body["items"][0] if "items" in body else body
            assert (shown["locale"], shown["name"], shown["plan"]) == (spoken, name, "premium")
            assert [one["version"] for one in shown["newest"]] == ["1.1.0", "2.0.0-beta.1"]
            assert ("downloads" in shown) == ("items" not in body)


def test_versions_are_paged_newest_first(client: httpx.Client, tool_id: int) -> None:
    path = f"/v1/tools/{tool_id}/versions"
    first = read(client, path, limit=2)
    assert [one["version"] for one in first["items"]] == ["2.0.0-beta.1", "1.1.0"]
    second = read(client, path, limit=2, cursor=first["next_cursor"])
    assert [one["version"] for one in second["items"]] == ["1.0.0"]
    assert "next_cursor" not in second


def test_a_build_filters_tools_and_versions(
    client: httpx.Client, sql: Connection, game_id: int, tool_id: int
) -> None:
    builds = [publishing.build(sql, game_id, day) for day in (1, 2)]
    publishing.version(sql, tool_id, "1.2.0", first_build_id=builds[1])
    for build, newest in zip(builds, ("1.1.0", "1.2.0"), strict=True):
        (shown,) = read(client, f"/v1/games/{game_id}/tools", build=build)["items"]
        assert shown["newest"][0]["version"] == newest
    other = publishing.build(sql, publishing.game(sql), 1)
    for path in (f"/v1/games/{game_id}/tools", f"/v1/tools/{tool_id}"):
        answer = client.get(path, params={"build": other})
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert [one["field"] for one in answer.json()["errors"]] == ["build"]


def test_a_cursor_of_another_query_is_refused(
    client: httpx.Client, sql: Connection, game_id: int, tool_id: int
) -> None:
    publishing.version(sql, publishing.tool(sql, game_id), "1.0.0")
    build = publishing.build(sql, game_id, 1)
    games, tools = f"/v1/games/{game_id}/tools", f"/v1/tools/{tool_id}/versions"
    of_game = read(client, games, limit=1)["next_cursor"]
    of_tool = read(client, tools, limit=1)["next_cursor"]
    for path, query in (
        (games, {"cursor": of_tool}),
        (games, {"cursor": of_game, "build": build}),
        (f"/v1/games/{publishing.game(sql)}/tools", {"cursor": of_game}),
        (tools, {"cursor": of_game}),
        (tools, {"cursor": of_tool, "build": build}),
    ):
        answer = client.get(path, params=query)
        assert answer.status_code == httpx.codes.BAD_REQUEST, (path, query)
        assert [one["field"] for one in answer.json()["errors"]] == ["cursor"]
    assert len(read(client, games, limit=1, cursor=of_game, locale="de")["items"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("build=0", "build"),
        ("build=x", "build"),
        ("locale=de_AT", "locale"),
        (f"locale={'a' * 36}", "locale"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=%00", "cursor"),
        ("cursor=WzFd", "cursor"),
    ],
)
def test_an_invalid_parameter_is_named(
    client: httpx.Client, tool_id: int, query: str, field: str
) -> None:
    answer = client.get(f"/v1/tools/{tool_id}/versions?{query}")
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_an_unpublished_tool_is_not_found(
    client: httpx.Client, sql: Connection, game_id: int
) -> None:
    draft = publishing.tool(sql, game_id)
    publishing.version(sql, draft, "1.0.0", state="draft")
    for path in (f"/v1/tools/{draft}", f"/v1/tools/{draft}/versions", f"/v1/tools/{2**62}"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert read(client, f"/v1/games/{game_id}/tools") == {"items": []}
    assert client.get(f"/v1/games/{2**62}/tools").status_code == httpx.codes.NOT_FOUND


def test_a_withdrawn_version_is_in_no_response(
    client: httpx.Client, sql: Connection, game_id: int, eventually: Any
) -> None:
    tool_id = publishing.tool(sql, game_id)
    version_id = publishing.version(sql, tool_id, "1.0.0")
    paths = (f"/v1/tools/{tool_id}", f"/v1/tools/{tool_id}/versions")
    assert [client.get(path).status_code for path in paths] == [200, 200]
    assert len(read(client, f"/v1/games/{game_id}/tools")["items"]) == 1
    publishing.move(sql, version_id, "withdrawn")
    eventually(lambda: [client.get(path).status_code for path in paths] == [404, 404], 10)
    eventually(lambda: read(client, f"/v1/games/{game_id}/tools")["items"] == [], 10)
