"""The proof: rows, documents and inboxes hold exactly what was played."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from scripts.demo.model import Truth
from shared.runtime import documents, sql
from shared.schema.collections import NOTICES, STATS
from shared.schema.operations import dead_letters, projections
from shared.schema.play import player_achievements, player_stats, playtime_days

MOST_DOCUMENTS = 300

Truths = dict[str, Truth]


def rows(prefix: str, table: Table) -> dict[str, list[Any]]:
    """Return a table's rows of the players whose uid begins with `prefix`, by uid."""
    mine = table.c.uid.between(prefix, prefix + "~")
    found: dict[str, list[Any]] = defaultdict(list)
    for row in sql.read(lambda conn: conn.execute(select(table).where(mine)).all()):
        found[row.uid].append(row)
    return found


def playtime(prefix: str, truths: Truths) -> list[str]:
    """Return the players whose playtime in MySQL is not what they played, and how it differs."""
    known = rows(prefix, playtime_days)
    return [
        f"{uid}: {difference}"
        for uid, truth in truths.items()
        for difference in _different(truth.days, _days(known[uid]))
    ]


def _days(found: list[Any]) -> dict[tuple[str, date], int]:
    return {(row.game_key, row.day): row.play_ms for row in found if row.play_ms}


def stats(prefix: str, truths: Truths) -> list[str]:
    """Return where player_stats is not what was played."""
    known = rows(prefix, player_stats)
    return [
        f"{uid}: {difference}"
        for uid, truth in truths.items()
        for difference in _different(
            {game: tuple(vars(one).values()) for game, one in truth.stats.items()},
            {row.game_key: _stats(row) for row in known[uid]},
        )
    ]


def _stats(row: Any) -> tuple[int | None, ...]:
    return (
        row.play_ms,
        _seconds(row.first_played_at),
        _seconds(row.last_played_at),
        _seconds(row.last_ended_at),
    )


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.astimezone(UTC).timestamp())


def owed(prefix: str) -> int:
    """Return how many documents are still to be written."""
    mine = projections.c.uid.between(prefix, prefix + "~") & projections.c.due_at.is_not(None)
    count = select(func.count()).select_from(projections).where(mine)
    return sql.read(lambda conn: conn.scalar(count)) or 0


def stats_documents(prefix: str, truths: Truths) -> Iterator[tuple[str, list[str]]]:
    """Yield each player with where the stats documents are not equal to the rows in MySQL."""
    known = rows(prefix, player_stats)
    for uid in truths:
        listed = [row for row in known[uid] if not row.game_key.startswith("unlisted:")]
        wanted = {
            row.game_key: {
                "game_id": row.game_key,
                "play_ms": row.play_ms,
                "first_played_at": row.first_played_at,
                "last_played_at": row.last_played_at,
                "last_ended_at": row.last_ended_at,
                "revision": row.revision,
            }
            for row in listed
        }
        yield uid, _different(wanted, _documents(STATS.of(uid)))


def _documents(collection: str) -> dict[str, Any]:
    found = documents.list_page(collection, None, MOST_DOCUMENTS)
    return {one.path.rsplit("/", 1)[1]: one.data for one in found}


def achievements(prefix: str, truths: Truths) -> list[str]:
    """Return where what was granted, or delivered, is not what was earned."""
    known = rows(prefix, player_achievements)
    return [
        f"{uid}: {difference}"
        for uid, truth in truths.items()
        for difference in _different(
            dict.fromkeys(truth.achievements, True),
            {row.achievement_id: row.delivered_at is not None for row in known[uid]},
        )
    ]


def inboxes(truths: Truths) -> Iterator[tuple[str, list[str]]]:
    """Yield each player with where the inbox does not hold every achievement once."""
    for uid, truth in truths.items():
        wanted = {f"achievement-{one}": one for one in truth.achievements}
        found = {
            name: data.get("params", {}).get("achievement_id")
            for name, data in _documents(NOTICES.of(uid)).items()
        }
        yield uid, _different(wanted, found)


def new_dead_letters(since: datetime) -> list[str]:
    """Return what became a dead letter since `since`."""
    query = select(dead_letters).where(dead_letters.c.recorded_at >= since)

    def load(conn: Connection) -> list[str]:
        return [f"{row.consumer}: {row.code}: {row.reason}" for row in conn.execute(query)]

    return sql.read(load)


def _different(wanted: dict[Any, Any], found: dict[Any, Any]) -> list[str]:
    return [
        f"{key}: must be {wanted.get(key)}, is {found.get(key)}"
        for key in sorted({*wanted, *found}, key=str)
        if wanted.get(key) != found.get(key)
    ]
