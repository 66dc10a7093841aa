"""What readers see of tools, on both engines: languages, channels, builds, pages, plans."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from shared.domain.tools import published
from shared.domain.tools.published import ReadParams, Tool, ToolVersion
from shared.runtime import errors, sql
from shared.schema import tools as tables
from shared.schema.catalog import game_builds
from shared.schema.downloads import tool_downloads
from tests.support import publishing, statistics

pytestmark = pytest.mark.usefixtures("runtime_sql")

ANYONE = ReadParams()


@pytest.fixture
def game_id() -> int:
    return sql.transact(publishing.game)


def tool_with(game_id: int, *names: str, **changes: Any) -> int:
    def work(tx: Connection) -> int:
        tool_id = publishing.tool(tx, game_id)
        for name in names:
            publishing.version(tx, tool_id, name, **changes)
        return tool_id

    return sql.transact(work)


def add(tool_id: int, name: str, **changes: Any) -> int:
    return sql.transact(lambda tx: publishing.version(tx, tool_id, name, **changes))


def builds(game_id: int, *days: int) -> list[int]:
    return sql.transact(lambda tx: [publishing.build(tx, game_id, day) for day in days])


def listed(game_id: int, asked: ReadParams = ANYONE) -> list[Tool]:
    return sql.read(lambda conn: published.list_page(conn, game_id, asked, 0, 100))[0]


def history(tool_id: int, asked: ReadParams = ANYONE) -> list[ToolVersion]:
    return sql.read(lambda conn: published.list_versions(conn, tool_id, asked, None, 100))[0]


def names(some: list[ToolVersion]) -> list[str]:
    return [one.version for one in some]


def test_a_tool_is_shown_whole(game_id: int) -> None:
    first, last = builds(game_id, 1, 2)
    tool_id = tool_with(game_id, "1.0.0", first_build_id=first, last_build_id=last)
    row = {"tool_id": tool_id, "downloads": 12}
    sql.transact(lambda tx: tx.execute(insert(tool_downloads), row))
    found = sql.read(lambda conn: published.get(conn, tool_id, ANYONE))
    (version,) = found.newest
    assert found.model_dump(exclude={"newest"}, exclude_none=True) == {
        "tool_id": str(tool_id),
        "game_id": str(game_id),
        "kind": "trainer",
        "locale": "en",
        "name": "Swift",
        "summary": "Runs faster.",
        "art": {},
        "downloads": 12,
    }
    assert version.model_dump(exclude={"sha256"}, exclude_none=True) == {
        "version": "1.0.0",
        "channel": "stable",
        "published_at": publishing.NOW,
        "size": 4,
        "first_build": {"build_id": str(first), "name": "1.1"},
        "last_build": {"build_id": str(last), "name": "1.2"},
        "dependencies": [{"tool_id": "7", "range": ">=1.2.0 <2.0.0"}],
        "locale": "en",
        "options": [
            {
                "id": "speed",
                "kind": "number",
                "label": "Speed",
                "group": "Movement",
                "min": 1,
                "max": 10,
                "step": 0.5,
                "default": 2,
                "replaces": "pace",
            },
            {
                "id": "mode",
                "kind": "choice",
                "label": "Mode",
                "choices": [
                    {"value": "easy", "label": "Easy"},
                    {"value": "hard", "label": "Hard"},
                ],
                "default": "easy",
            },
        ],
    }
    assert listed(game_id)[0].model_dump() == found.model_dump(exclude={"downloads"})


def test_a_default_keeps_its_type(game_id: int) -> None:
    label = {"en": "x"}
    options = [
        {"id": kind, "kind": kind, "labels": label, "default": default}
        for kind, default in (("toggle", True), ("text", "1"), ("key", "F1"))
    ]
    tool_id = tool_with(game_id, "1.0.0", options=json.dumps(options))
    assert [one.default for one in history(tool_id)[0].options] == [True, "1", "F1"]


def test_texts_and_labels_are_in_the_language_asked_for_or_in_english(game_id: int) -> None:
    tool_id = tool_with(game_id, "1.0.0")
    found = sql.read(lambda conn: published.get(conn, tool_id, ReadParams("de-at")))
    assert (found.locale, found.name, found.newest[0].locale) == ("de", "Flink", "de")
    speed, mode = found.newest[0].options
    assert (speed.label, speed.group, mode.label) == ("Tempo", "Movement", "Mode")
    assert [one.label for one in mode.choices or ()] == ["Leicht", "Schwer"]
    other = sql.read(lambda conn: published.get(conn, tool_id, ReadParams("ja")))
    assert (other.locale, other.name, other.newest[0].locale) == ("en", "Swift", "en")


def test_the_newest_of_each_channel_is_shown(game_id: int) -> None:
    tool_id = tool_with(game_id, "1.9.0", "1.10.0", "1.2.0")
    add(tool_id, "2.0.0-beta.2", channel="beta")
    add(tool_id, "2.0.0-beta.11", channel="beta")
    add(tool_id, "3.0.0", state="draft")
    add(tool_id, "4.0.0", state="withdrawn")
    assert names(listed(game_id)[0].newest) == ["1.10.0", "2.0.0-beta.11"]
    assert names(history(tool_id)) == [
        "2.0.0-beta.11",
        "2.0.0-beta.2",
        "1.10.0",
        "1.9.0",
        "1.2.0",
    ]


@pytest.mark.parametrize("state", ["draft", "verifying", "rejected", "withdrawn"])
def test_what_is_not_published_is_not_there(game_id: int, state: str) -> None:
    tool_id = tool_with(game_id, "1.0.0", state=state)
    assert listed(game_id) == []
    for read in (published.get, lambda c, t, a: published.list_versions(c, t, a, None, 9)):
        with pytest.raises(errors.NotFound, match=str(tool_id)):
            sql.read(lambda conn, read=read: read(conn, tool_id, ANYONE))  # type: ignore[misc]


def test_a_range_of_builds_holds_both_its_ends(game_id: int) -> None:
    days = builds(game_id, 0, 1, 2, 3, 4)
    tool_id = tool_with(game_id, "1.0.0", last_build_id=days[1])
    add(tool_id, "2.0.0", first_build_id=days[1], last_build_id=days[3])
    add(tool_id, "3.0.0", first_build_id=days[3])
    fitting = [names(history(tool_id, ReadParams(build_id=one))) for one in days]
    assert fitting == [
        ["1.0.0"],
        ["2.0.0", "1.0.0"],
        ["2.0.0"],
        ["3.0.0", "2.0.0"],
        ["3.0.0"],
    ]
    newest = [names(listed(game_id, ReadParams(build_id=one))[0].newest) for one in days]
    assert newest == [some[:1] for some in fitting]


def test_a_tool_that_fits_no_build_of_the_reader_is_not_listed(game_id: int) -> None:
    early, late = builds(game_id, 0, 9)
    tool_id = tool_with(game_id, "1.0.0", first_build_id=late)
    other = tool_with(game_id, "1.0.0")
    asked = ReadParams(build_id=early)
    assert [one.tool_id for one in listed(game_id, asked)] == [str(other)]
    assert sql.read(lambda conn: published.get(conn, tool_id, asked)).newest == []


def test_a_build_of_another_game_is_refused(game_id: int) -> None:
    tool_id = tool_with(game_id, "1.0.0")
    (other,) = builds(sql.transact(publishing.game), 1)
    for read in (
        lambda: listed(game_id, ReadParams(build_id=other)),
        lambda: history(tool_id, ReadParams(build_id=2**62)),
    ):
        with pytest.raises(errors.BadRequest, match="the game has no build") as refused:
            read()
        assert refused.value.members["errors"][0]["field"] == "build"


def test_an_unknown_game_is_not_found_and_one_without_tools_is_empty(game_id: int) -> None:
    assert listed(game_id) == []
    with pytest.raises(errors.NotFound):
        listed(2**62)


def test_pages_of_tools_and_versions_follow_each_other(game_id: int) -> None:
    made = [tool_with(game_id, "1.0.0") for _ in range(5)]
    seen, after = [], 0
    while True:
        found, last = sql.read(lambda c, a=after: published.list_page(c, game_id, ANYONE, a, 2))  # type: ignore[misc]
        seen += [int(one.tool_id) for one in found]
        if last is None:
            break
        after = last
    assert seen == made
    for minor in range(1, 12):
        add(made[0], f"1.{minor}.0")
    shown: list[str] = []
    behind = None
    while True:
        some, behind = sql.read(
            lambda c, b=behind: published.list_versions(c, made[0], ANYONE, b, 5)  # type: ignore[misc]
        )
        shown += names(some)
        if behind is None:
            break
    assert shown == [f"1.{minor}.0" for minor in range(11, -1, -1)]


@pytest.fixture
def crowded() -> tuple[int, int]:
    """A tool with many versions among many tools."""

    def work(tx: Connection) -> tuple[int, int]:
        game_id = 0
        for _ in range(20):
            game_id = publishing.game(tx)
            for _ in range(5):
                tool_id = publishing.tool(tx, game_id)
                for minor in range(10):
                    publishing.version(tx, tool_id, f"1.{minor}.0", options="[]")
        for minor in range(300):
            publishing.version(tx, tool_id, f"2.{minor}.0", options="[]")
        return game_id, tool_id

    return sql.transact(work)


def test_no_read_scans_a_table_or_sorts_one(crowded: tuple[int, int]) -> None:
    game_id, tool_id = crowded
    at = publishing.NOW
    queries = {
        "tools": published._listing(game_id, None, 0).limit(21),
        "tools that fit": published._listing(game_id, at, 3).limit(21),
        "versions": published._history(tool_id, None, None).limit(21),
        "versions that fit": published._history(tool_id, at, "1").limit(21),
        "a tool": published._with_newest(at).where(tables.tools.c.tool_id == tool_id),
    }
    asked = statistics.capture(lambda conn: [conn.execute(one).all() for one in queries.values()])
    read = [tables.tools, tables.tool_versions, game_builds]
    for belief in statistics.STATISTICS:
        for name, (steps, _) in zip(queries, statistics.plans(belief, read, asked), strict=True):
            for step in steps:
                shown = (belief, name, dict(step))
                assert step["type"] not in ("ALL", "index"), shown
                assert step["key"], shown
                assert "filesort" not in (step["Extra"] or ""), shown
                assert "temporary" not in (step["Extra"] or ""), shown
