"""Query plans of the hot path: every read finds a player's rows by an index."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, RowMapping, Table, event, select, text

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

PLAYERS, GAMES = 300, 12
NOW = datetime.now(UTC).replace(microsecond=0)
ME = "plan-00007"
HASH = b"\x07" * 32
TABLES = [play_intervals, playtime_days, player_stats, projections, unlisted_games]

Statement = tuple[str, Any]


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
def crowd(runtime_sql: str) -> Iterator[Engine]:
    """Many players with some play each, and up-to-date table statistics."""

    def fill(tx: Connection) -> None:
        rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        for number in range(PLAYERS):
            for table, some in _player(number).items():
                rows[table] += some
        for table, all_of_it in rows.items():
            sql.insert_ignore(tx, table, all_of_it)

    sql.transact(fill)
    names = ", ".join(table.name for table in TABLES)
    sql.read(lambda conn: conn.execute(text(f"ANALYZE TABLE {names}")).all())
    yield sql.engine()

    def empty(tx: Connection) -> None:
        for table in [*TABLES, player_achievements]:
            tx.execute(table.delete().where(table.c.uid.like("plan-%")))

    sql.transact(empty)


def statements_of(
    engine: Engine, work: Callable[[Connection], Any], verb: str = "SELECT"
) -> list[Statement]:
    seen: list[Statement] = []

    def capture(*arguments: Any) -> None:
        seen.append((arguments[2], arguments[3]))

    event.listen(engine, "before_cursor_execute", capture)
    try:
        sql.read(work)
    finally:
        event.remove(engine, "before_cursor_execute", capture)
    return [one for one in seen if one[0].startswith(("(", verb))]


def plan(engine: Engine, statement: Statement) -> Sequence[RowMapping]:
    """Return the plan of a statement, one row per table."""
    with engine.connect() as connection:
        explain = f"EXPLAIN FORMAT=TRADITIONAL {statement[0]}"
        return connection.exec_driver_sql(explain, statement[1]).mappings().all()


def scans(engine: Engine, statement: Statement, most_rows: int) -> list[str]:
    """Describe the parts of a plan that scan a table or read more than `most_rows` rows."""
    return [
        f"{row['table']}: {row['type']} by {row['key']}, {row['rows']} rows: {statement[0]}"
        for row in plan(engine, statement)
        if row["table"] != "achievements"  # tens of rows: a scan is the best plan
        and row["table"] is not None
        and not row["table"].startswith("<")  # a derived table: its tables have their own rows
        and (row["type"] in {"ALL", "index"} or int(row["rows"] or 0) > most_rows)
    ]


SPAN = Days((NOW - timedelta(days=2)).date(), NOW.date())

READS: dict[str, Callable[[Connection], Any]] = {
    "lock stats": lambda conn: playtime.lock(conn, ME, ["1", "2"]),
    "load runs": lambda conn: playtime.load_runs(conn, ME, ["1", "2"], SPAN),
    "a page of days": lambda conn: days.list_page(conn, ME, SPAN, None, 10),
    "the next page": lambda conn: days.list_page(conn, ME, SPAN, (SPAN.first, "3"), 10),
    "all runs of a game": lambda conn: playtime.sessions_of(conn, ME, "1"),
    "render stats": lambda conn: stats.KIND.render(conn, [(ME, "1"), (ME, "2"), ("plan-2", "1")]),
    "keys of a player": lambda conn: stats.KIND.keys(conn, ME, None, 100),
    "achievements": lambda conn: achievements._outstanding(conn, ME),
    "granted": lambda conn: achievements.list_all(conn, ME),
    "hashes": lambda conn: current_games.by_hash(conn, [HASH]),
}


def test_a_players_rows_are_found_by_an_index(crowd: Engine) -> None:
    found = {}
    for name, work in READS.items():
        statements = statements_of(crowd, work)
        assert statements, name
        plans = [scan for one in statements for scan in scans(crowd, one, GAMES * 5)]
        if plans:
            found[name] = plans
    assert found == {}


def test_a_scan_is_detected(crowd: Engine) -> None:
    everyone = select(playtime_days.c.uid).where(playtime_days.c.play_ms == 1)
    (statement,) = statements_of(crowd, lambda conn: conn.execute(everyone).all())
    assert scans(crowd, statement, GAMES * 5)
