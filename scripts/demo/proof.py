"""Compares stored rows, documents and inboxes with the sessions that were played."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, func, select

from scripts.demo.expected import Truth
from shared.runtime import documents, sql
from shared.schema.collections import NOTICES, STATS
from shared.schema.operations import dead_letters, projections
from shared.schema.play import player_achievements, player_stats, playtime_days

MOST_DOCUMENTS = 300

Truths = dict[str, Truth]
Rows = list[Any]


def rows(prefix: str, table: Table) -> dict[str, Rows]:
    """Return a table's rows for players whose uid begins with `prefix`, by uid."""
    mine = table.c.uid.between(prefix, prefix + "~")
    found: dict[str, Rows] = defaultdict(list)
    for row in sql.read(lambda conn: conn.execute(select(table).where(mine)).all()):
        found[row.uid].append(row)
    return found


def playtime(prefix: str, truths: Truths) -> list[str]:
    """Return the differences between the playtime in MySQL and the sessions played."""
    return _compare(
        prefix,
        truths,
        playtime_days,
        lambda truth: truth.days,
        lambda found: {(row.game_key, row.day): row.play_ms for row in found if row.play_ms},
    )


def stats(prefix: str, truths: Truths) -> list[str]:
    """Return the differences between player_stats and the sessions played."""
    return _compare(
        prefix,
        truths,
        player_stats,
        lambda truth: {game: tuple(vars(one).values()) for game, one in truth.stats.items()},
        lambda found: {row.game_key: _stats(row) for row in found},
    )


def achievements(prefix: str, truths: Truths) -> list[str]:
    """Return the differences between the earned achievements and the ones granted and delivered."""
    return _compare(
        prefix,
        truths,
        player_achievements,
        lambda truth: dict.fromkeys(truth.achievements, True),
        lambda found: {row.achievement_id: row.delivered_at is not None for row in found},
    )


def _compare(
    prefix: str,
    truths: Truths,
    table: Table,
    expected: Callable[[Truth], Mapping[Any, Any]],
    stored: Callable[[Rows], Mapping[Any, Any]],
) -> list[str]:
    known = rows(prefix, table)
    return [
        f"{uid}: {difference}"
        for uid, truth in truths.items()
        for difference in _different(expected(truth), stored(known[uid]))
    ]


def _stats(row: Any) -> tuple[int | None, ...]:
    times = (row.first_played_at, row.last_played_at, row.last_ended_at)
    return (row.play_ms, *(one and int(one.astimezone(UTC).timestamp()) for one in times))


def owed(prefix: str) -> int:
    """Return the number of documents that have not been written yet."""
    mine = projections.c.uid.between(prefix, prefix + "~") & projections.c.due_at.is_not(None)
    count = select(func.count()).select_from(projections).where(mine)
    return sql.read(lambda conn: conn.scalar(count)) or 0


def stats_documents(prefix: str, truths: Truths) -> Iterator[tuple[str, list[str]]]:
    """Yield each player and the differences between the player's stats in Firestore and MySQL."""
    known = rows(prefix, player_stats)
    members = ("play_ms", "first_played_at", "last_played_at", "last_ended_at", "revision")
    for uid in truths:
        expected = {
            row.game_key: {
                "game_id": row.game_key,
                **{name: getattr(row, name) for name in members},
            }
            for row in known[uid]
            if not row.game_key.startswith("unlisted:")
        }
        yield uid, _different(expected, _documents(STATS.of(uid)))


def _documents(collection: str) -> dict[str, Any]:
    found = documents.list_page(collection, None, MOST_DOCUMENTS)
    return {one.path.rsplit("/", 1)[1]: one.data for one in found}


def inboxes(truths: Truths) -> Iterator[tuple[str, list[str]]]:
    """Yield each player and the differences between the player's inbox and achievements."""
    for uid, truth in truths.items():
        expected = {f"achievement-{one}": one for one in truth.achievements}
        found = {
            name: data.get("params", {}).get("achievement_id")
            for name, data in _documents(NOTICES.of(uid)).items()
        }
        yield uid, _different(expected, found)


def new_dead_letters(since: datetime) -> list[str]:
    """Return the dead letters recorded since the time `since`."""
    query = select(dead_letters).where(dead_letters.c.recorded_at >= since)
    found = sql.read(lambda conn: conn.execute(query).all())
    return [f"{row.consumer}: {row.code}: {row.reason}" for row in found]


def _different(expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> list[str]:
    return [
        f"{key}: expected {expected.get(key)}, found {found.get(key)}"
        for key in sorted({*expected, *found}, key=str)
        if expected.get(key) != found.get(key)
    ]
