"""Builds of the lists, on both engines: changes are published once, despite crashes."""

import gzip
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from shared.domain.catalog import versioning
from shared.domain.catalog.detection import lists as detection
from shared.domain.catalog.detection import publishing as detection_lists
from shared.domain.catalog.detection.publishing import DetectionList
from shared.domain.catalog.imports import importing
from shared.domain.programs import Os
from shared.runtime import clock, errors, objects, settings, sql
from shared.schema.catalog import game_executables, games
from shared.schema.detection import detection_builds, detection_files
from tests.support.local_cloud import LocalCloud

# Nothing listens on this port.
NOWHERE = "http://127.0.0.1:1"
file = detection_files.c

Programs = dict[str, list[str]]


@pytest.fixture(autouse=True)
def _built(cloud: LocalCloud, runtime_sql: str) -> None:
    """Bring the lists up to date with the catalog that earlier tests left."""
    add("first")
    detection_lists.publish()


@pytest.fixture
def word() -> str:
    return f"q{uuid.uuid4().hex[:12]}"


def add(word: str, *names: str, os: str = "win32", **more: Any) -> None:
    executables = [{"os": os, "name": name} for name in names or (f"{word}/{word}.exe",)]
    record = {"title": f"{word} game", "executables": executables, **more}
    outcome = importing.import_games([json.dumps(record).encode()])
    assert outcome.rejected == []


def remove_programs(*suffixes: str) -> list[dict[str, Any]]:
    """Remove these programs from the catalog, and return their rows."""

    def work(tx: Connection) -> list[dict[str, Any]]:
        these = game_executables.c.suffix.in_(suffixes)
        rows = tx.execute(select(game_executables).where(these)).mappings().all()
        tx.execute(delete(game_executables).where(these))
        versioning.bump(tx)
        return [dict(row) for row in rows]

    return sql.transact(work)


def restore_programs(rows: list[dict[str, Any]]) -> None:
    def work(tx: Connection) -> None:
        tx.execute(insert(game_executables), rows)
        versioning.bump(tx)

    sql.transact(work)


def answers(os: Os = "win32") -> dict[int, DetectionList]:
    return sql.read(lambda conn: detection_lists.list_current(conn, os))


def content(url: str) -> bytes:
    """Return the content of the file at this URL."""
    key = url.removeprefix(settings.public_objects().url + "/")
    return gzip.decompress(b"".join(objects.stream("public", key)))


def newest(os: Os = "win32") -> bytes:
    return content(answers(os)[0].url)


def suffixes(listed: bytes) -> set[str]:
    return set(detection.read(listed))


def in_use() -> set[str]:
    rows = select(file.name).where(file.unused_since.is_(None))
    return set(sql.read(lambda conn: conn.scalars(rows).all()))


def built_at() -> datetime:
    at: datetime | None = sql.read(lambda conn: conn.scalar(select(detection_builds.c.built_at)))
    assert at
    return at


def age(name: str, by: timedelta) -> None:
    old = update(detection_files).where(file.name == name)
    sql.transact(lambda tx: tx.execute(old.values(unused_since=clock.now() - by)))


def name_of(one: DetectionList) -> str:
    return one.url.removeprefix(settings.public_objects().url + "/")


def test_a_list_contains_the_catalogs_programs(word: str) -> None:
    add(word, f"{word}\\Bin\\Game.exe", stores=[{"store": "steam", "id": word}], discord_ids=["7"])
    assert detection_lists.publish() > 0
    listed = json.loads(newest())
    (row,) = [row for row in listed["programs"] if row[0] == f"{word}/bin/game.exe"]
    (game_id,) = row[3:]
    assert row[1:3] == [2, 0]
    assert [game_id, f"steam:{word}"] in listed["stores"]
    assert not any(one.startswith("discord:") for row in listed["stores"] for one in row)


def test_without_a_change_nothing_is_published(word: str) -> None:
    add(word)
    assert detection_lists.publish() > 0
    before, used, at = answers(), in_use(), built_at()
    assert detection_lists.publish() == 0
    assert (answers(), in_use(), built_at()) == (before, used, at)


def test_a_change_outside_the_lists_publishes_nothing(word: str) -> None:
    add(word)
    detection_lists.publish()
    before = answers()
    add(word, f"{word}/{word}.exe", aliases=["another name"])
    assert detection_lists.publish() == 0
    assert answers() == before
    assert sql.read(detection_lists.current_version) > before[0].version


def test_a_system_without_changed_programs_keeps_its_list(word: str) -> None:
    before = answers("darwin")
    add(word)
    detection_lists.publish()
    assert answers("darwin") == before
    add(word, f"{word}.app", os="darwin")
    detection_lists.publish()
    assert f"{word}.app" in suffixes(newest("darwin"))


def test_only_the_last_lists_have_a_delta_to_the_newest(word: str) -> None:
    # Enough programs that every delta is smaller than the list.
    add(f"{word}-many", *(f"{uuid.uuid4()}/{uuid.uuid4()}.exe" for _ in range(100)))
    lists: dict[int, bytes] = {}
    for number in range(detection_lists.DELTA_BASES + 2):
        add(f"{word}{number}")
        if number == 3:
            remove_programs(f"{word}1/{word}1.exe")
        detection_lists.publish()
        lists[answers()[0].version] = newest()
    *old, last = sorted(lists)
    found = answers()
    assert sorted(found)[1:] == old[-detection_lists.DELTA_BASES :]
    for version in old[-detection_lists.DELTA_BASES :]:
        with_delta = found[version]
        assert with_delta.delta_url
        changes = content(with_delta.delta_url)
        assert detection.digest(changes) == with_delta.delta_sha256
        assert detection.apply(lists[version], changes) == lists[last]
    assert detection.digest(lists[last]) == found[0].sha256


def test_a_builder_killed_before_it_publishes_changes_nothing(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers()
    add(word)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(detection_lists, "_publish", crash)
        with pytest.raises(KeyboardInterrupt):
            detection_lists.publish()
    assert answers() == before
    rows = select(file.name).where(file.unused_since.is_not(None)).order_by(file.unused_since)
    *_, left = sql.read(lambda conn: conn.scalars(rows).all())
    assert objects.head("public", left) is not None
    add(f"{word}2")
    assert detection_lists.publish() > 0
    assert {f"{word}/{word}.exe", f"{word}2/{word}2.exe"} <= suffixes(newest())
    age(left, detection_lists.UNUSED_LIFETIME + timedelta(minutes=1))
    assert detection_lists.delete_unused() == 1
    assert objects.head("public", left) is None


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[int]]]:
    """Run two builders that both write every file before either publishes them."""
    both, publish = threading.Barrier(2, timeout=20), detection_lists._publish

    def wait(*arguments: Any) -> int:
        if threading.get_ident() not in waited:
            waited.add(threading.get_ident())
            both.wait()
        return publish(*arguments)

    waited: set[int] = set()
    monkeypatch.setattr(detection_lists, "_publish", wait)
    with ThreadPoolExecutor(2) as pool:
        yield lambda: sorted(pool.map(lambda _: detection_lists.publish(), range(2)))


def test_one_of_two_concurrent_builders_publishes(
    word: str, together: Callable[[], list[int]]
) -> None:
    add(word)
    lost, won = together()
    assert lost == 0 < won
    assert f"{word}/{word}.exe" in suffixes(newest())
    used = in_use()
    assert {name_of(one) for one in answers().values()} <= used
    assert all(objects.head("public", name) for name in used)


def test_an_overtaken_builder_keeps_what_the_other_published(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(word)
    files = detection_lists._files
    overtaken: list[int] = []

    def slow(os: Os, version: int, listed: bytes) -> Any:
        made = list(files(os, version, listed))
        monkeypatch.setattr(detection_lists, "_files", files)
        overtaken.append(detection_lists.publish())
        return made

    monkeypatch.setattr(detection_lists, "_files", slow)
    assert detection_lists.publish() == 0
    assert overtaken[0] > 0
    assert f"{word}/{word}.exe" in suffixes(newest())
    assert {name_of(one) for one in answers().values()} <= in_use()


def test_a_file_that_is_being_written_again_is_not_deleted(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(word)
    detection_lists.publish()
    first = name_of(answers()[0])
    for number in range(detection_lists.DELTA_BASES + 1):
        add(f"{word}{number}")
        detection_lists.publish()
    assert first not in in_use()
    age(first, detection_lists.UNUSED_LIFETIME * 2)
    remove_programs(*(f"{word}{n}/{word}{n}.exe" for n in range(detection_lists.DELTA_BASES + 1)))
    publish = detection_lists._publish

    def clean_first(*arguments: Any) -> int:
        detection_lists.delete_unused()
        return publish(*arguments)

    monkeypatch.setattr(detection_lists, "_publish", clean_first)
    assert detection_lists.publish() > 0
    assert name_of(answers()[0]) == first
    assert f"{word}/{word}.exe" in suffixes(newest())


def test_a_build_is_repeated_after_the_bucket_was_unavailable(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers()
    add(word)
    with monkeypatch.context() as patched:
        patched.setenv("OBJECTS_ENDPOINT", NOWHERE)
        settings.reset()
        with pytest.raises(errors.Unavailable):
            detection_lists.publish()
    settings.reset()
    assert answers() == before
    assert detection_lists.publish() > 0
    assert f"{word}/{word}.exe" in suffixes(newest())


def test_files_are_deleted_after_a_day_of_disuse(word: str) -> None:
    add(word)
    detection_lists.publish()
    before = answers()
    delta_url = before[max(before)].delta_url
    assert delta_url
    name = delta_url.removeprefix(settings.public_objects().url + "/")
    add(f"{word}2")
    detection_lists.publish()
    assert name not in in_use()
    age(name, detection_lists.UNUSED_LIFETIME - timedelta(minutes=1))
    detection_lists.delete_unused()
    assert objects.head("public", name) is not None
    age(name, detection_lists.UNUSED_LIFETIME + timedelta(minutes=1))
    assert detection_lists.delete_unused() == 1
    assert objects.head("public", name) is None
    gone = select(file.name).where(file.name == name)
    assert sql.read(lambda conn: conn.scalar(gone)) is None


def test_a_list_with_earlier_content_becomes_the_newest_again(word: str) -> None:
    add(f"{word}-many", *(f"{uuid.uuid4()}/{uuid.uuid4()}.exe" for _ in range(100)))
    add(word)
    detection_lists.publish()
    first = answers()[0]
    gone = remove_programs(f"{word}/{word}.exe")
    detection_lists.publish()
    between, listed = answers()[0], newest()
    restore_programs(gone)
    detection_lists.publish()
    found = answers()
    assert (found[0].url, found[0].sha256) == (first.url, first.sha256)
    assert found[0].version > between.version > first.version
    delta_url = found[between.version].delta_url
    assert delta_url
    assert detection.digest(detection.apply(listed, content(delta_url))) == first.sha256
    assert first.version not in found


def test_a_list_whose_file_is_lost_has_no_delta(word: str) -> None:
    add(word)
    detection_lists.publish()
    lost = answers()[0]
    objects.delete("public", name_of(lost))
    add(f"{word}2")
    assert detection_lists.publish() > 0
    assert lost.version not in answers()
    assert f"{word}2/{word}2.exe" in suffixes(newest())


def test_a_merged_game_is_listed_as_its_survivor(word: str) -> None:
    add(word)
    add(f"{word}2")

    def merge(tx: Connection) -> int:
        ids = {title: id_ for id_, title in tx.execute(select(games.c.game_id, games.c.title))}
        target = ids[f"{word}2 game"]
        merged = update(games).where(games.c.game_id == ids[f"{word} game"])
        tx.execute(merged.values(merged_into=target))
        versioning.bump(tx)
        return int(target)

    target = sql.transact(merge)
    detection_lists.publish()
    assert detection.read(newest())[f"{word}/{word}.exe"].game_ids == (str(target),)
