"""Creators' tools, builds and versions on both engines, and the plans of their lists."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from shared.domain.catalog import builds, versioning
from shared.domain.catalog.builds import NewBuild
from shared.domain.tools import own, versions
from shared.domain.tools.model import Dependency
from shared.domain.tools.own import NewTool, ToolChanges
from shared.domain.tools.versions import (
    ArtifactUploaded,
    NewUpload,
    NewVersion,
    OwnVersion,
    VersionChanges,
    Withdrawal,
)
from shared.domain.uploads import artifacts
from shared.domain.uploads.artifacts import Artifact
from shared.domain.uploads.incoming import Rejected
from shared.runtime import clock, errors, objects, revisions, settings, sql
from shared.schema.catalog import game_build_marks, game_builds, games
from shared.schema.operations import outbox
from shared.schema.tools import tool_versions, tools
from tests.support import statistics

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TITLE = "A game to publish for"
TOPICS = ("artifacts-uploaded", "versions-published")
Page = Callable[[Connection, Any], tuple[list[Any], Any]]
FILE = Artifact(3, "ab" * 32)


@pytest.fixture(autouse=True)
def rows_end_with_the_test(runtime_sql: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo-test")
    monkeypatch.setenv("PUBLIC_URL", "https://api.example")
    monkeypatch.setenv("TRUSTED_ISSUERS", "[]")
    settings.reset()
    yield

    def empty(tx: Connection) -> None:
        mine = select(games.c.game_id).where(games.c.title == TITLE)
        of_tools = tools.c.game_id.in_(mine)
        of_builds = game_builds.c.game_id.in_(mine)
        made = select(tools.c.tool_id).where(of_tools)
        told = select(game_builds.c.build_id).where(of_builds)
        tx.execute(tool_versions.delete().where(tool_versions.c.tool_id.in_(made)))
        tx.execute(tools.delete().where(of_tools))
        tx.execute(game_build_marks.delete().where(game_build_marks.c.build_id.in_(told)))
        tx.execute(game_builds.delete().where(of_builds))
        tx.execute(games.delete().where(games.c.title == TITLE))
        tx.execute(outbox.delete().where(outbox.c.topic.in_(TOPICS)))

    sql.transact(empty)


@pytest.fixture
def uid() -> str:
    return f"creator-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def game_id() -> int:
    return new_game()


def new_game() -> int:
    row = {"title": TITLE, "import_key": uuid.uuid4().hex, "revision": 1, "updated_at": NOON}
    return int(sql.transact(lambda tx: tx.execute(insert(games), row).lastrowid))


@pytest.fixture
def tool_id(uid: str, game_id: int) -> int:
    return new_tool(uid, game_id)


def new_tool(uid: str, game_id: int) -> int:
    body = NewTool.model_validate(
        {"game_id": str(game_id), "kind": "mod", "texts": {"en": {"name": "Tool"}}}
    )
    return int(sql.transact(lambda tx: own.create(tx, uid, body)).tool_id)


def build(game_id: int, day: int, mark: str = "") -> builds.Build:
    marks = [{"kind": "steam", "value": mark or uuid.uuid4().hex}]
    at = (NOON + timedelta(days=day)).isoformat()
    body = NewBuild.model_validate({"name": "1", "released_at": at, "marks": marks})
    return sql.transact(lambda tx: builds.create(tx, "someone", game_id, body))


def draft(uid: str, tool_id: int, version: str = "1.0.0") -> OwnVersion:
    body = NewVersion(version=version, channel="stable")
    return sql.transact(lambda tx: versions.create(tx, uid, tool_id, body))


def test_twins_cannot_tell_of_the_same_build(game_id: int) -> None:
    def tell(_: int) -> str | None:
        try:
            return build(game_id, 0, "12817491").build_id
        except errors.Conflict:
            return None

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(tell, range(4)))
    assert made.count(None) == 3
    assert build(new_game(), 0, "12817491").build_id not in made, "another game may have it"


def test_a_tool_is_edited_in_parallel_one_after_the_other(uid: str, tool_id: int) -> None:
    def edit(number: int) -> int:
        changes = ToolChanges(plan=f"plan-{number}")
        return sql.transact(
            lambda tx: own.edit(tx, uid, tool_id, changes, revisions.Expected({"*"}))
        ).revision

    before = sql.read(versioning.current)
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(edit, range(4))) == [2, 3, 4, 5]
    assert sql.read(versioning.current) == before + 4


def test_a_stale_revision_leaves_everything_as_it_is(uid: str, tool_id: int) -> None:
    stale = revisions.Expected({"9"})
    made, version = draft(uid, tool_id), sql.read(versioning.current)
    for work in (
        lambda tx: own.edit(tx, uid, tool_id, ToolChanges(plan="premium"), stale),
        lambda tx: versions.edit(tx, uid, tool_id, "1.0.0", VersionChanges(channel="beta"), stale),
    ):
        with pytest.raises(errors.PreconditionFailed):
            sql.transact(work)
    assert sql.read(lambda conn: versions.get(conn, uid, tool_id, "1.0.0")) == made
    assert sql.read(lambda conn: own.get(conn, uid, tool_id)).plan is None
    assert sql.read(versioning.current) == version


def test_a_version_goes_its_way(uid: str, tool_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the store does is tested with a store; here it is what the rows do, on both engines."""
    monkeypatch.setattr(objects, "presign_put", lambda key, **_: f"https://store.example/{key}")
    monkeypatch.setattr(objects, "delete", lambda *_: None)
    draft(uid, tool_id)
    body = NewUpload(size=3)
    sql.transact(lambda tx: versions.create_upload(tx, uid, tool_id, "1.0.0", body))

    def publish() -> ArtifactUploaded:
        sql.transact(lambda tx: versions.publish(tx, uid, tool_id, "1.0.0"))
        rows = select(outbox.c.body).where(outbox.c.topic == "artifacts-uploaded")
        bodies = sql.read(lambda conn: list(conn.scalars(rows)))
        told = [ArtifactUploaded.model_validate_json(body) for body in bodies]
        return max(told, key=lambda one: one.revision)

    def refuse(*_: object) -> Artifact:
        raise Rejected("wrong_hash", "it is another file")

    monkeypatch.setattr(artifacts, "store", refuse)
    first, version = publish(), sql.read(versioning.current)
    versions.verify(first)
    rejected = sql.read(lambda conn: versions.get(conn, uid, tool_id, "1.0.0"))
    assert (rejected.state, rejected.reason) == (
        "rejected",
        versions.VersionReason(code="wrong_hash", detail="it is another file"),
    )
    second = publish()
    monkeypatch.setattr(artifacts, "store", lambda *_: FILE)
    versions.verify(first)
    assert sql.read(versioning.current) == version, "the first message is of an earlier publishing"
    versions.verify(second)
    published = sql.read(lambda conn: versions.get(conn, uid, tool_id, "1.0.0"))
    assert (published.state, published.reason) == ("published", None)
    why = Withdrawal(reason="it crashes")
    gone = sql.transact(lambda tx: versions.withdraw(tx, uid, tool_id, "1.0.0", why))
    assert (gone.state, gone.revision) == ("withdrawn", published.revision + 1)
    assert sql.read(versioning.current) == version + 2


def test_what_waits_for_longer_than_its_upload_is_kept_can_be_published_anew(
    uid: str, tool_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "presign_put", lambda key, **_: f"https://store.example/{key}")
    draft(uid, tool_id)
    mine = tool_versions.c.tool_id == tool_id

    def upload() -> None:
        body = NewUpload(size=3)
        sql.transact(lambda tx: versions.create_upload(tx, uid, tool_id, "1.0.0", body))

    def shown() -> OwnVersion:
        return sql.read(lambda conn: versions.get(conn, uid, tool_id, "1.0.0"))

    def wait(hours: int) -> None:
        since = clock.now() - timedelta(hours=hours)
        waiting = tool_versions.update().where(mine).values(updated_at=since)
        sql.transact(lambda tx: tx.execute(waiting))

    upload()
    sql.transact(lambda tx: versions.publish(tx, uid, tool_id, "1.0.0"))
    wait(23)
    assert shown().state == "verifying"
    with pytest.raises(errors.Conflict):
        upload()
    wait(25)
    before = shown()
    assert (before.state, before.reason and before.reason.code) == ("rejected", "overdue")

    assert before.tag == f"{before.revision}-overdue"
    changes, expected = VersionChanges(channel="beta"), revisions.Expected({before.tag})
    sql.transact(lambda tx: versions.edit(tx, uid, tool_id, "1.0.0", changes, expected))
    assert shown().state == "rejected"
    upload()
    again = sql.transact(lambda tx: versions.publish(tx, uid, tool_id, "1.0.0"))
    assert (again.state, shown().state, again.reason) == ("verifying", "verifying", None)


def test_of_twins_that_publish_one_is_told_the_state(
    uid: str, tool_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "presign_put", lambda key, **_: f"https://store.example/{key}")
    draft(uid, tool_id)
    body = NewUpload(size=3)
    sql.transact(lambda tx: versions.create_upload(tx, uid, tool_id, "1.0.0", body))

    def publish(_: int) -> str:
        try:
            return sql.transact(lambda tx: versions.publish(tx, uid, tool_id, "1.0.0")).state
        except errors.Conflict as error:
            return str(error.members["state"])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(publish, range(4))) == ["verifying"] * 4
    waiting = select(outbox.c.event_id).where(outbox.c.topic == "artifacts-uploaded")
    assert len(sql.read(lambda conn: list(conn.scalars(waiting)))) == 1


def test_a_dependency_is_there_when_a_published_version_lies_in_its_range(
    uid: str, game_id: int, tool_id: int
) -> None:
    for name, state in (("1.9.0", "published"), ("1.10.0-beta.2", "published"), ("2.0.0", "draft")):
        draft(uid, tool_id, name)
        mine = tool_versions.c.tool_id == tool_id, tool_versions.c.version == name
        published = tool_versions.update().where(*mine).values(state=state)
        sql.transact(lambda tx: tx.execute(published))  # noqa: B023
    empty = new_tool(uid, game_id)
    for wanted, is_there in {
        "*": True,
        "=1.9.0": True,
        "=1.9.1": False,
        ">=1.9.0 <2.0.0": True,
        ">1.9.0 <1.10.0": True,
        ">1.9.0 <1.10.0-beta.2": False,
        "<1.9.0": False,
        "<=1.9.0": True,
        ">=2.0.0": False,
    }.items():
        for tool, found in ((tool_id, is_there), (empty, False)):
            one = Dependency(tool_id=str(tool), range=wanted)
            assert sql.read(lambda c: versions._has_published(c, one)) == found, one  # noqa: B023


@pytest.fixture
def crowd(uid: str, game_id: int, tool_id: int) -> None:
    """Many creators, builds and versions."""
    now = {"created_at": NOON, "updated_at": NOON}
    tool = {"game_id": game_id, "kind": "mod", "texts": "{}", "revision": 1, **now}
    version = {
        "version": "1.0.0",
        "sort_key": "111010~",
        "channel": "stable",
        "state": "published",
        "options": "[]",
        "dependencies": "[]",
        "revision": 1,
        **now,
    }

    def fill(tx: Connection) -> None:
        for number in range(400):
            made = tx.execute(insert(tools), {**tool, "creator_uid": f"other-{number}"})
            tx.execute(insert(tool_versions), {**version, "tool_id": made.lastrowid})

    sql.transact(fill)
    other = new_game()
    built = {"name": "1", "released_at": NOON, "created_by": "someone", "created_at": NOON}

    def build_many(tx: Connection) -> None:
        for number in range(400):
            made = tx.execute(insert(game_builds), {**built, "game_id": other})
            mark = {"kind": "sha1", "value": f"{number:040x}", "build_id": made.lastrowid}
            tx.execute(insert(game_build_marks), mark)

    sql.transact(build_many)
    for day in range(4):
        build(game_id, day)
        new_tool(uid, game_id)
        draft(uid, tool_id, f"1.{day}.0")


@pytest.mark.usefixtures("crowd")
def test_pages_are_whole_and_their_plans_stay_flat(uid: str, game_id: int, tool_id: int) -> None:
    lists: dict[str, tuple[Page, Any, int]] = {
        "tools": (lambda conn, after: own.list_page(conn, uid, after, 2), 0, 5),
        "builds": (lambda conn, after: builds.list_page(conn, game_id, after, 2), None, 4),
        "versions": (
            lambda conn, after: versions.list_page(conn, uid, tool_id, after, 2),
            None,
            4,
        ),
    }
    wanted = Dependency(tool_id=str(tool_id), range=">=1.2.0 <2.0.0")
    asked = statistics.capture(lambda conn: versions._has_published(conn, wanted))
    for name, (page, start, total) in lists.items():
        found, at = [], start
        while True:
            here = at
            asked += statistics.capture(lambda conn: page(conn, here))  # noqa: B023
            items, at = sql.read(lambda conn: page(conn, here))  # noqa: B023
            found += items
            if at is None:
                break
        assert len({str(item) for item in found}) == len(found) == total, name
    read = [tools, tool_versions, game_builds, game_build_marks]
    for belief in ("few", *statistics.GROWN):
        assert statistics.scans(belief, read, asked, 20) == []
