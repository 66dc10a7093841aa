"""Query plans of the hot path: every read finds a player's rows by an index."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from shared.domain import current_games
from shared.domain.play import achievements, days, playtime, stats
from shared.domain.play.model import Days
from shared.runtime import sql
from shared.schema.operations import projections
from shared.schema.play import (
    play_intervals,
    player_achievements,
    player_stats,
    playtime_days,
    unlisted_games,
)
from tests.support import statistics

PLAYERS, GAMES = 300, 12
NOW = datetime.now(UTC).replace(microsecond=0)
ME = "plan-00007"
HASH = b"\x07" * 32
TABLES = [
    play_intervals,
    playtime_days,
    player_stats,
    projections,
    unlisted_games,
    player_achievements,
]


def _player(number: int) -> dict[Table, list[dict[str, Any]]]:
    uid = f"plan-{number:05d}"
    keys = [str(game) for game in range(1, GAMES + 1)]
    return {
        play_intervals: [
            {
                "uid": uid,
                "game_key": key,
                "session_id": f"s{session}",
                "start_at": NOW - timedelta(days=session),
                "end_at": NOW - timedelta(days=session),
                "utc_offset_min": 0,
            }
            for key in keys
            for session in range(5)
        ],
        playtime_days: [
            {"uid": uid, "game_key": key, "day": (NOW - timedelta(days=day)).date(), "play_ms": 1}
            for key in keys
            for day in range(5)
        ],
        player_stats: [{"uid": uid, "game_key": key, "revision": 1, "play_ms": 1} for key in keys],
        projections: [{"uid": uid, "kind": "stats", "item": key, "revision": 1} for key in keys],
        unlisted_games: [
            {"uid": uid, "game_key": f"unlisted:{number % 50:064x}", "first_seen_at": NOW}
        ],
        player_achievements: [{"uid": uid, "achievement_id": "first_hour", "granted_at": NOW}],
    }


@pytest.fixture
def crowd(runtime_sql: str) -> Iterator[None]:
    """Many players with some play each."""

    def fill(tx: Connection) -> None:
        rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        for number in range(PLAYERS):
            for table, some in _player(number).items():
                rows[table] += some
        for table, all_of_it in rows.items():
            sql.insert_ignore(tx, table, all_of_it)

    sql.transact(fill)
    yield

    def empty(tx: Connection) -> None:
        for table in TABLES:
            tx.execute(table.delete().where(table.c.uid.like("plan-%")))

    sql.transact(empty)


SPAN = Days((NOW - timedelta(days=2)).date(), NOW.date())

READS: dict[str, Callable[[Connection], Any]] = {
    "lock stats": lambda conn: playtime.lock(conn, ME, ["1", "2"]),
    "load runs": lambda conn: playtime.load_runs(conn, ME, ["1", "2"], SPAN),
    "a page of days": lambda conn: days.list_page(conn, ME, SPAN, None, 10),
    "the next page": lambda conn: days.list_page(conn, ME, SPAN, (SPAN.first, "3"), 10),
    "all runs of a game": lambda conn: playtime.load_all_runs(conn, ME, "1"),
    "render stats": lambda conn: stats.KIND.render(conn, [(ME, "1"), (ME, "2"), ("plan-2", "1")]),
    "keys of a player": lambda conn: stats.KIND.keys(conn, ME, None, 100),
    "achievements": lambda conn: achievements._outstanding(conn, ME),
    "granted": lambda conn: achievements.list_all(conn, ME),
    "hashes": lambda conn: current_games.by_hash(conn, [HASH]),
}


@pytest.mark.usefixtures("crowd")
def test_a_players_rows_are_found_by_an_index() -> None:
    sent = {name: statistics.capture(work) for name, work in READS.items()}
    assert all(sent.values())
    scans = [
        f"{name}: {scan}"
        for belief in ("few", *statistics.GROWN)
        for name, statements in sent.items()
        for scan in statistics.scans(belief, TABLES, statements, GAMES * 5)
    ]
    assert not scans, "\n".join(scans)


@pytest.mark.usefixtures("crowd")
def test_a_scan_is_detected() -> None:
    everyone = select(playtime_days.c.uid).where(playtime_days.c.play_ms == 1)
    sent = statistics.capture(lambda conn: conn.execute(everyone).all())
    for belief, rows in statistics.STATISTICS.items():
        (scan,) = statistics.scans(belief, TABLES, sent, GAMES * 5)
        assert rows is None or f" {max(1, rows)} rows" in scan
