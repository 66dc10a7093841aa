"""Projections: a document follows its row and never reverts, despite crashes and delays."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, tuple_, update

from shared.runtime import clock, documents, errors, metrics, projections, sql, tracing
from shared.runtime.projections import Due, Key, Kind, Source
from shared.schema.operations import projections as table
from shared.schema.play import player_stats
from tests.shared.runtime.conftest import Lines, total, wait_until
from tests.shared.runtime.private_rows import PrivateRows
from tests.shared.runtime.proxies import Proxy

MINUTE = timedelta(minutes=1)
stats = player_stats.c


def render(conn: Connection, keys: Sequence[Key]) -> dict[Key, Source]:
    query = select(player_stats).where(tuple_(stats.uid, stats.game_key).in_(keys))
    return {
        (row.uid, row.game_key): Source(row.revision, {"play_ms": row.play_ms})
        for row in conn.execute(query)
    }


def keys_of(conn: Connection, uid: str | None, after: Key | None, limit: int) -> list[Key]:
    query = select(stats.uid, stats.game_key).where(stats.uid == uid).order_by(stats.game_key)
    return [(row.uid, row.game_key) for row in conn.execute(query.limit(limit))]


@dataclass
class PlayerRows:
    """A player's rows and the documents that copy them."""

    uid: str
    kind: Kind = field(default_factory=lambda: Kind("test", "players/{uid}/stats", render, keys_of))

    def key(self, item: str = "12") -> Key:
        return self.uid, item

    def change(self, item: str = "12", at_most_every: timedelta = timedelta(0)) -> int:
        """Change a row, mark its document as due, and return the new revision."""

        def work(tx: Connection) -> int:
            row = {"uid": self.uid, "game_key": item, "revision": 1, "play_ms": 10}
            steps = {"revision": stats.revision + 1, "play_ms": stats.play_ms + 10}
            sql.upsert(tx, player_stats, [row], steps)
            here = (stats.uid == self.uid) & (stats.game_key == item)
            revision = int(tx.scalar(select(stats.revision).where(here)) or 0)
            projections.mark_due(tx, self.kind, [Due((self.uid, item), revision)], at_most_every)
            return revision

        return sql.transact(work)

    def project(self, *items: str) -> int:
        return projections.project_due(self.kind, [self.key(item) for item in items or ("12",)])

    def document(self, item: str = "12") -> dict[str, Any] | None:
        found = documents.get(self.kind.path(self.key(item)))
        return None if found is None else found.data

    def due(self, item: str = "12") -> datetime | None:
        where = (table.c.uid == self.uid) & (table.c.kind == "test") & (table.c.item == item)
        moment: datetime | None = sql.read(lambda c: c.scalar(select(table.c.due_at).where(where)))
        return moment


@pytest.fixture
def player(
    own_rows: PrivateRows, firestore: Proxy, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlayerRows]:
    own_rows.execute("DELETE FROM projections WHERE kind = 'test'")
    monkeypatch.setattr(projections, "SWEEP_GRACE", timedelta(seconds=-1))
    yield PlayerRows(own_rows.name)
    for name in ("projections", "player_stats"):
        own_rows.execute(f"DELETE FROM {name} WHERE uid = '{own_rows.name}'")


def test_a_document_follows_its_row(player: PlayerRows) -> None:
    for revision in (1, 2, 3):
        player.change()
        assert player.due() is not None
        assert player.project() == 1
        assert player.document() == {"play_ms": 10 * revision, "revision": revision}
        assert player.due() is None


def test_a_document_that_is_not_due_is_not_written(player: PlayerRows) -> None:
    player.change()
    assert (player.project(), player.project(), player.project("unknown")) == (1, 0, 0)


def test_no_document_is_read_without_a_concurrent_writer(player: PlayerRows, lines: Lines) -> None:
    for _ in range(3):
        player.change()
        tracing.begin("f", None)
        player.project()
        calls = [one["span"]["name"] for one in lines() if "span" in one]
        assert [name for name in calls if name in {"commit", "get"}] == ["commit"]
        tracing._current.set(None)


def test_a_constantly_changing_row_is_written_once_per_minute(player: PlayerRows) -> None:
    before = clock.now()
    player.change(at_most_every=MINUTE)
    assert player.project() == 1, "the first change is written at once"
    for _ in range(3):
        player.change(at_most_every=MINUTE)
        assert player.project() == 0
    due = player.due()
    assert due is not None
    assert before + MINUTE <= due <= clock.now() + MINUTE
    player.change()
    assert player.project() == 1, "the end of a session is not delayed"
    assert player.document() == {"play_ms": 50, "revision": 5}


def test_an_earlier_due_time_stands(player: PlayerRows) -> None:
    player.change()
    player.project()
    player.change()
    at_once = player.due()
    player.change(at_most_every=MINUTE)
    assert player.due() == at_once
    assert player.project() == 1


def test_a_change_is_due_a_minute_after_the_last_write(player: PlayerRows) -> None:
    player.change(at_most_every=MINUTE)
    player.project()
    earlier = clock.now() - 2 * MINUTE
    sql.transact(
        lambda tx: tx.execute(
            update(table).where(table.c.uid == player.uid).values(projected_at=earlier)
        )
    )
    player.change(at_most_every=MINUTE)
    assert player.project() == 1


def test_an_older_source_never_overwrites_a_newer_document(player: PlayerRows) -> None:
    path = player.kind.path(player.key())
    revisions = list(range(1, 9))
    random.Random(7).shuffle(revisions)
    newest = 0
    for revision in revisions:
        projections._commit(path, Source(revision, {"play_ms": revision}), None)
        newest = max(newest, revision)
        assert player.document() == {"play_ms": newest, "revision": newest}


def test_concurrent_projectors_never_revert_a_document(player: PlayerRows) -> None:
    seen: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            found = player.document()
            seen.append(found["revision"] if found else 0)

    def work(_: int) -> None:
        for _ in range(6):
            player.change()
            player.project()

    with ThreadPoolExecutor(4) as threads:
        watcher = threads.submit(watch)
        for worker in [threads.submit(work, number) for number in range(3)]:
            worker.result(60)
        done.set()
        watcher.result(10)
    wait_until(lambda: projections.sweep(player.kind) == 0 and player.due() is None)
    assert seen == sorted(seen)
    assert player.document() == {"play_ms": 180, "revision": 18}


def test_a_crash_after_the_commit_is_repaired_by_the_sweep(player: PlayerRows) -> None:
    player.change()
    assert player.document() is None
    assert projections.sweep(player.kind) == 1
    assert player.document() == {"play_ms": 10, "revision": 1}
    assert projections.sweep(player.kind) == 0


def test_a_crash_after_the_document_was_written_is_repaired_by_the_sweep(
    player: PlayerRows, sql_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.change()
    player.project()
    player.change()
    with monkeypatch.context() as patch:
        patch.setattr(sql, "TRIES", 1)
        sql_proxy.cut_before = b"UPDATE projections"
        assert player.project() == 0
    assert player.document() == {"play_ms": 20, "revision": 2}
    assert player.due() is not None
    assert projections.sweep(player.kind) == 1
    assert (player.document(), player.due()) == ({"play_ms": 20, "revision": 2}, None)
    player.change()
    assert player.project() == 1


def test_a_row_that_changes_while_it_is_projected_stays_due(player: PlayerRows) -> None:
    def late(conn: Connection, keys: Sequence[Key]) -> Mapping[Key, Source]:
        found = render(conn, keys)
        player.change()
        return found

    player.change()
    slow = replace(player.kind, render=late)
    projections.project_due(slow, [player.key()])
    assert player.document() == {"play_ms": 10, "revision": 1}
    assert player.due() is not None
    player.project()
    assert (player.document(), player.due()) == ({"play_ms": 20, "revision": 2}, None)


def test_an_unavailable_document_store_leaves_it_due_without_an_error(
    player: PlayerRows, firestore: Proxy, lines: Lines
) -> None:
    player.change()
    firestore.close()
    assert player.project() == 0
    assert lines()[-1]["message"] == "projections stay due"
    with pytest.raises(errors.Unavailable):
        projections.sweep(player.kind)
    firestore.open()

    def swept() -> bool:
        try:
            return projections.sweep(player.kind) == 1
        except errors.Unavailable:
            return False

    wait_until(swept)
    assert (player.document(), player.due()) == ({"play_ms": 10, "revision": 1}, None)


def test_a_deleted_document_is_written_again_on_the_next_change(player: PlayerRows) -> None:
    player.change()
    player.project()
    documents.delete(player.kind.path(player.key()))
    player.change()
    assert player.project() == 1
    assert player.document() == {"play_ms": 20, "revision": 2}


def test_a_deleted_row_deletes_its_document(player: PlayerRows) -> None:
    player.change()
    player.project()
    sql.transact(lambda tx: tx.execute(delete(player_stats).where(stats.uid == player.uid)))
    sql.transact(lambda tx: projections.mark_due(tx, player.kind, [Due(player.key(), 2)]))
    player.project()
    assert player.document() is None


def test_a_row_marked_as_deleted_is_not_due(player: PlayerRows) -> None:
    player.change()
    player.project()
    late = sql.read(lambda conn: render(conn, [player.key()]))[player.key()]

    def end(tx: Connection) -> None:
        tx.execute(delete(player_stats).where(stats.uid == player.uid))
        projections.mark_gone(tx, player.kind, player.key())

    sql.transact(end)
    assert player.due() is not None
    player.project()
    assert (player.document(), player.due()) == (None, None)
    projections._write(
        player.kind, player.key(), late, None
    )  # another projector, which read the row before
    assert (player.document(), player.due()) == (None, None)
    player.change()
    player.project()
    assert player.document() == {"play_ms": 10, "revision": 1}


def test_a_player_erased_while_a_document_was_written_has_none(
    player: PlayerRows, own_rows: PrivateRows
) -> None:
    def erased(conn: Connection, keys: Sequence[Key]) -> Mapping[Key, Source]:
        found = render(conn, keys)
        own_rows.execute(f"DELETE FROM projections WHERE uid = '{player.uid}'")
        return found

    player.change()
    projections.project_due(replace(player.kind, render=erased), [player.key()])
    assert player.document() is None


def test_the_sweep_takes_the_longest_overdue_of_its_kind(player: PlayerRows) -> None:
    for item in ("1", "2", "3"):
        player.change(item)
    other = replace(player.kind, name="test-other")
    sql.transact(lambda tx: projections.mark_due(tx, other, [Due(player.key("4"), 1)]))
    assert projections.sweep(player.kind, limit=2) == 2
    assert [player.document(item) is not None for item in "1234"] == [True, True, False, False]


def test_the_sweep_goes_on_until_nothing_is_left(player: PlayerRows) -> None:
    for item in "12345":
        player.change(item)
    assert projections.sweep(player.kind, time.monotonic() + 30, limit=2) == 5


def test_the_sweeps_delay_is_measured_on_the_first_page(player: PlayerRows) -> None:
    for item in "123":
        player.change(item)
    long_ago = clock.now() - 5 * MINUTE
    late = update(table).where(table.c.uid == player.uid, table.c.item == "2")
    sql.transact(lambda tx: tx.execute(late.values(due_at=long_ago)))
    assert projections.sweep(player.kind, time.monotonic() + 30, limit=1) == 3
    assert 300 <= total(metrics.PROJECTION_LAG, "test") < 330
    assert projections.sweep(player.kind) == 0
    assert total(metrics.PROJECTION_LAG, "test") < 1


def test_the_sweep_skips_documents_that_their_event_may_still_project(
    player: PlayerRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "SWEEP_GRACE", timedelta(seconds=20))
    player.change()
    assert projections.sweep(player.kind) == 0


def test_a_document_that_cannot_be_written_does_not_block_later_ones(
    player: PlayerRows, lines: Lines
) -> None:
    for item in ("1/2", "2", "3"):
        player.change(item)
    with pytest.raises(Exception, match="even number"):
        projections.sweep(player.kind)
    assert [player.document(item) is not None for item in "23"] == [True, True]
    assert player.due("2") is None
    later = player.due("1/2")
    assert later is not None
    assert later > clock.now() + timedelta(minutes=5)
    assert any(line["message"] == "a document cannot be projected" for line in lines())


Tamper = Callable[[str], object]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda path: documents.put(path, {"play_ms": 999, "revision": 2}),
        lambda path: documents.put(path, {"play_ms": 20, "revision": 2, "more": 1}),
        lambda path: documents.put(path, {"play_ms": 10, "revision": 1}),
        lambda path: documents.put(path, {}),
        documents.delete,
    ],
)
def test_a_manual_change_is_found_and_rebuilt(player: PlayerRows, tamper: Tamper) -> None:
    for item in ("12", "13"):
        player.change(item)
        player.change(item)
    player.project("12", "13")
    assert projections.compare(player.kind, player.uid) == []
    tamper(player.kind.path(player.key()))
    (difference,) = projections.compare(player.kind, player.uid)
    assert difference.key == player.key()
    assert difference.row == {"play_ms": 20, "revision": 2}
    assert difference.document == player.document()
    assert projections.rebuild(player.kind, [player.key()]) == 1
    assert projections.compare(player.kind, player.uid) == []


def test_a_document_without_a_row_is_found(player: PlayerRows) -> None:
    documents.put(player.kind.path(player.key("stray")), {"play_ms": 1})
    (difference,) = projections.compare(player.kind, player.uid)
    assert (difference.key[1], difference.row, difference.document) == (
        "stray", None, {"play_ms": 1},
    )  # fmt: skip


def test_times_in_documents_compare_equal_to_those_in_rows(player: PlayerRows) -> None:
    moment = datetime(2026, 3, 1, 12, 0, 0, 123_456, UTC)

    def timed(conn: Connection, keys: Sequence[Key]) -> dict[Key, Source]:
        return {
            key: replace(source, data={"at": moment}) for key, source in render(conn, keys).items()
        }

    kind = replace(player.kind, render=timed)
    player.change()
    projections.project_due(kind, [player.key()])
    assert projections.compare(kind, player.uid) == []


def test_a_rebuild_without_rows_does_nothing(player: PlayerRows) -> None:
    assert projections.rebuild(player.kind, []) == 0
    assert projections.rebuild(player.kind, [player.key("no row")]) == 0


def test_written_documents_are_counted(player: PlayerRows) -> None:
    player.change()
    player.project()
    player.change()
    projections.sweep(player.kind)
    assert total(metrics.PROJECTIONS_WRITTEN, "test") == 2
    assert total(metrics.PROJECTIONS_SWEPT, "test") == 1
