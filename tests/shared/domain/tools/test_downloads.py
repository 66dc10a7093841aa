"""Who may download what, plans, and counts that grow once an event, on both engines."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from shared.domain import audit
from shared.domain.errors import BuildNotSupported, NotPublished, PlanRequired, Withdrawn
from shared.domain.players import entitlements
from shared.domain.tools import download_counts, downloads
from shared.domain.tools.download_counts import DownloadGranted
from shared.domain.tools.downloads import NewDownload
from shared.runtime import clock, errors, settings, sql
from shared.schema.downloads import (
    COUNTED_DAYS,
    download_marks,
    tool_download_days,
    tool_downloads,
)
from tests.support import publishing, statistics
from tests.support.local_cloud import eventually

STORE = {
    "OBJECTS_ENDPOINT": "http://store.example",
    "OBJECTS_KEY_ID": "key",
    "OBJECTS_SECRET": "secret",
    "OBJECTS_ARTIFACTS_BUCKET": "artifacts",
    "OBJECTS_PUBLIC_BUCKET": "public",
    "OBJECTS_PUBLIC_URL": "http://store.example/public",
}
DAY = datetime.now(UTC).replace(hour=23, minute=59) - timedelta(days=2)


@pytest.fixture(autouse=True)
def _store(runtime_sql: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Signing asks no store: an address is enough."""
    del runtime_sql
    for name, value in STORE.items():
        monkeypatch.setenv(name, value)
    settings.reset()
    yield
    settings.reset()


@pytest.fixture
def uid() -> str:
    return f"uid-{uuid.uuid4()}"


@pytest.fixture
def game_id() -> int:
    return sql.transact(publishing.game)


def published(game_id: int, plan: str | None = None, **changes: Any) -> tuple[int, int]:
    """Return a tool and its version 1.0.0."""

    def work(tx: Connection) -> tuple[int, int]:
        tool_id = publishing.tool(tx, game_id, plan=plan)
        return tool_id, publishing.version(tx, tool_id, "1.0.0", **changes)

    return sql.transact(work)


def ask(
    uid: str, tool_id: int, version: str = "1.0.0", build_id: int | None = None
) -> tuple[downloads.Download, DownloadGranted]:
    build = None if build_id is None else str(build_id)
    body = NewDownload(tool_id=str(tool_id), version=version, build_id=build)
    return sql.read(lambda conn: downloads.create(conn, uid, body))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note each round trip of what runs meanwhile."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(sql.engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(sql.engine(), "before_cursor_execute", note)


def test_a_download_is_granted_by_one_statement(uid: str, game_id: int) -> None:
    builds = sql.transact(lambda tx: [publishing.build(tx, game_id, day) for day in (1, 2)])
    ends = {"first_build_id": builds[0], "last_build_id": builds[1]}
    tool_id, version_id = published(game_id, "premium", **ends)
    sql.transact(lambda tx: entitlements.record(tx, uid, "premium", None, "op"))
    with statements() as seen:
        found, told = ask(uid, tool_id, build_id=builds[1])
    assert len(seen) == 1
    assert found.url.startswith(f"http://store.example/artifacts/artifacts/{found.sha256}?")
    assert "swift-1.0.0" in found.url
    assert found.size == 4
    left = (found.expires_at - clock.now()).total_seconds()
    assert 290 < left <= 300
    assert (told.tool_id, told.version_id) == (str(tool_id), str(version_id))
    assert uid not in told.model_dump_json()


def test_one_player_version_and_day_is_one_download(uid: str, game_id: int) -> None:
    tool_id, _ = published(game_id)
    other, _ = published(game_id)
    ids = [ask(*one)[1].download_id for one in ((uid, tool_id), (uid, tool_id), (uid, other))]
    assert ids[0] == ids[1] != ids[2]
    assert ask("someone else", tool_id)[1].download_id != ids[0]


@pytest.mark.parametrize("state", ["draft", "verifying", "rejected"])
def test_what_was_never_published_is_as_if_it_were_not_there(
    uid: str, game_id: int, state: str
) -> None:
    tool_id, _ = published(game_id, state=state, published_at=None)
    with pytest.raises(NotPublished) as hidden:
        ask(uid, tool_id)
    with pytest.raises(NotPublished) as missing:
        ask(uid, 2**62)
    assert str(hidden.value).replace(str(tool_id), "") == str(missing.value).replace(str(2**62), "")


def test_what_was_withdrawn_is_gone_unless_nobody_ever_had_it(uid: str, game_id: int) -> None:
    tool_id, _ = published(game_id, state="withdrawn")
    with pytest.raises(Withdrawn):
        ask(uid, tool_id)
    never, _ = published(game_id, state="withdrawn", published_at=None)
    with pytest.raises(NotPublished):
        ask(uid, never)


def test_a_plan_opens_until_it_ends(uid: str, game_id: int) -> None:
    tool_id, _ = published(game_id, "premium")

    def give(plan: str, until: datetime | None) -> None:
        sql.transact(lambda tx: entitlements.record(tx, uid, plan, until, "op"))

    def refused() -> bool:
        try:
            ask(uid, tool_id)
        except PlanRequired as error:
            return bool(error.members == {"plan": "premium"})
        return False

    assert refused()
    give("Premium", None)
    give("other", None)
    assert refused()
    give("premium", clock.now() + timedelta(minutes=1))
    assert not refused()
    give("premium", clock.now())
    assert refused()
    give("premium", None)
    assert not refused()
    sql.transact(lambda tx: entitlements.delete(tx, uid, "premium", "op"))
    assert refused()


def test_the_build_must_lie_in_the_range_and_be_the_games(uid: str, game_id: int) -> None:
    builds = sql.transact(lambda tx: [publishing.build(tx, game_id, day) for day in range(4)])
    ends: dict[str, Any] = {"first_build_id": builds[1], "last_build_id": builds[2]}
    tool_id, _ = published(game_id, **ends)
    for build_id in (builds[0], builds[3]):
        with pytest.raises(BuildNotSupported) as refused:
            ask(uid, tool_id, build_id=build_id)
        assert refused.value.members == {
            "first_build": str(builds[1]),
            "last_build": str(builds[2]),
        }
    for build_id in builds[1:3]:
        ask(uid, tool_id, build_id=build_id)
    elsewhere = sql.transact(lambda tx: publishing.build(tx, publishing.game(tx), 1))
    for build_id in (elsewhere, 2**62):
        with pytest.raises(errors.Unprocessable) as refused_too:
            ask(uid, tool_id, build_id=build_id)
        assert refused_too.value.members["errors"][0]["field"] == "build_id"
    open_ended, _ = published(game_id, last_build_id=builds[1])
    with pytest.raises(BuildNotSupported) as refused:
        ask(uid, open_ended, build_id=builds[2])
    assert refused.value.members == {"last_build": str(builds[1])}


def test_plans_are_listed_and_their_changes_audited(uid: str) -> None:
    until = datetime(2030, 1, 1, tzinfo=UTC)
    sql.transact(lambda tx: entitlements.record(tx, uid, "premium", until, "op"))
    sql.transact(lambda tx: entitlements.record(tx, uid, "premium", None, "op"))
    (one,) = sql.read(lambda conn: entitlements.list_all(conn, uid))
    assert (one.plan, one.until, one.source) == ("premium", None, "operator")
    sql.transact(lambda tx: entitlements.delete(tx, uid, "premium", "op"))
    assert sql.read(lambda conn: entitlements.list_all(conn, uid)) == []
    with pytest.raises(errors.NotFound):
        sql.transact(lambda tx: entitlements.delete(tx, uid, "premium", "op"))
    entries, _ = sql.read(lambda conn: audit.list_page(conn, None, 100))
    first = {"plan": "premium", "until": "2030-01-01T00:00:00Z", "source": "operator"}
    second = {"plan": "premium", "source": "operator"}
    assert [(e.action, e.detail) for e in reversed(entries) if e.target == uid] == [
        ("entitlement.give", {"before": None, "after": first}),
        ("entitlement.give", {"before": first, "after": second}),
        ("entitlement.take_back", {"before": second, "after": None}),
    ]


def told(tool_id: int, version_id: int, name: str = "", at: datetime = DAY) -> DownloadGranted:
    return DownloadGranted(
        download_id=name or uuid.uuid4().hex,
        tool_id=str(tool_id),
        version_id=str(version_id),
        granted_at=at,
    )


def count(*some: DownloadGranted) -> None:
    sql.transact(lambda tx: download_counts.record(tx, some))


def counted(tool_id: int, *version_ids: int) -> tuple[int, dict[tuple[int, date], int]]:
    """Return a tool's total, and the counts of versions by day."""
    total = select(tool_downloads.c.downloads).where(tool_downloads.c.tool_id == tool_id)
    days = select(tool_download_days).where(tool_download_days.c.version_id.in_(version_ids))
    by_day = {
        (row.version_id, row.day): row.downloads
        for row in sql.read(lambda conn: conn.execute(days).all())
    }
    return sql.read(lambda conn: conn.scalar(total)) or 0, by_day


def test_downloads_are_counted_by_version_and_day_and_in_all(game_id: int) -> None:
    tool_id, first = published(game_id)
    second = sql.transact(lambda tx: publishing.version(tx, tool_id, "2.0.0"))
    next_day = DAY + timedelta(minutes=2)
    count(told(tool_id, first), told(tool_id, first), told(tool_id, second, at=next_day))
    count(told(tool_id, first, at=next_day))
    assert counted(tool_id, first, second) == (
        4,
        {
            (first, DAY.date()): 2,
            (first, next_day.date()): 1,
            (second, next_day.date()): 1,
        },
    )


def test_what_comes_again_is_counted_once_in_one_batch_or_in_two(game_id: int) -> None:
    tool_id, version_id = published(game_id)
    names = [f"{uuid.uuid4().hex}-{number}" for number in range(4)]
    count(*(told(tool_id, version_id, name) for name in [*names[:3], names[0]]))
    count(*(told(tool_id, version_id, name) for name in names))
    count(told(tool_id, version_id, names[3]))
    assert counted(tool_id, version_id)[0] == 4


def test_what_was_granted_too_long_ago_to_be_known_is_not_counted(game_id: int) -> None:
    tool_id, version_id = published(game_id)
    today = clock.now()
    for days in (COUNTED_DAYS, COUNTED_DAYS + 1):
        count(told(tool_id, version_id, at=today - timedelta(days=days)))
    assert counted(tool_id, version_id)[0] == 1


def test_what_was_counted_is_found_by_the_index_alone(game_id: int) -> None:
    """Beside many that were counted on the same days."""
    version = published(game_id)
    crowd = [told(*version, at=DAY - timedelta(days=n % 8)) for n in range(4000)]
    count(*crowd)
    marks = [download_counts._mark(one) for one in crowd[:100]]
    asked = statistics.capture(lambda conn: download_counts._counted(conn, marks))
    assert len(asked) == 1
    for belief in statistics.GROWN:
        assert statistics.scans(belief, [download_marks], asked, 300) == []


def test_a_thousand_messages_are_four_statements(game_id: int) -> None:
    made = [published(game_id) for _ in range(10)]
    batch = [told(*made[number % 10]) for number in range(1000)]
    with statements() as seen:
        count(*batch)
    assert len(seen) == 4
    assert counted(*made[0])[0] == 100


def test_a_batch_that_another_run_is_counting_is_left_to_it(game_id: int) -> None:
    tool_id, version_id = published(game_id)
    batch = [told(tool_id, version_id) for _ in range(3)]
    found: list[BaseException] = []

    def meanwhile() -> None:
        try:
            count(*batch)
        except errors.Unavailable as error:
            found.append(error)

    def first(tx: Connection) -> None:
        mark = download_counts._mark(batch[0])
        assert download_counts._claim_new(tx, [mark]) == [mark]
        other.start()
        wait_until_blocked(tx)

    other = threading.Thread(target=meanwhile)
    sql.transact(first)
    other.join()
    assert len(found) == 1
    assert counted(tool_id, version_id) == (0, {})
    count(*batch)
    assert counted(tool_id, version_id)[0] == 2


def wait_until_blocked(tx: Connection) -> None:
    """Poll until another connection waits in an INSERT of what is counted."""
    waiting = (
        "SELECT COUNT(*) FROM information_schema.processlist"
        " WHERE info LIKE 'INSERT INTO download_marks%%' AND id <> CONNECTION_ID()"
    )
    eventually(lambda: tx.exec_driver_sql(waiting).scalar())
