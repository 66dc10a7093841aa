"""Defines how long each table keeps its rows, and deletes expired rows.

The retention periods match each table's `end` in the schema. Rows are deleted in batches through an
index, so that no statement holds many locks.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Date, Table, delete

from shared.domain.metrics import ROWS_CLEANED
from shared.domain.play.playtime import INTERVAL_RETENTION
from shared.runtime import clock, metrics, sql
from shared.schema.catalog import import_claims
from shared.schema.downloads import COUNTED_DAYS, download_marks
from shared.schema.operations import (
    audit,
    dead_letters,
    event_failures,
    idempotency_keys,
    inbox,
)
from shared.schema.play import erasures, play_intervals, unlisted_games

ROWS_PER_BATCH = 1000


@dataclass(frozen=True)
class Rule:
    """Rows of `table` expire at `since` plus `keep`; rows without `since` are kept."""

    table: Table
    since: Column[Any]
    keep: timedelta


RULES = (
    Rule(inbox, inbox.c.handled_at, timedelta(days=45)),
    Rule(idempotency_keys, idempotency_keys.c.created_at, timedelta(hours=48)),
    Rule(event_failures, event_failures.c.last_failed_at, timedelta(days=31)),
    Rule(dead_letters, dead_letters.c.settled_at, timedelta(days=31)),
    Rule(audit, audit.c.at, timedelta(days=400)),
    Rule(erasures, erasures.c.finished_at, timedelta(days=60)),
    Rule(import_claims, import_claims.c.claimed_at, timedelta(days=2)),
    Rule(download_marks, download_marks.c.day, timedelta(days=COUNTED_DAYS + 1)),
    # The daily totals are kept.
    Rule(play_intervals, play_intervals.c.end_at, INTERVAL_RETENTION),
    Rule(unlisted_games, unlisted_games.c.first_seen_at, timedelta(days=400)),
)


def clean(seconds: float) -> dict[str, int]:
    """Delete expired rows for at most `seconds`; return the number deleted per table.

    Each table is given a share of the time, so that a large table does not starve the tables after
    it.
    """
    started = time.monotonic()
    deleted = {}
    for number, rule in enumerate(RULES, start=1):
        until = started + seconds * number / len(RULES)
        rows = delete_before(rule.since, clock.now() - rule.keep, until)
        metrics.count(ROWS_CLEANED, rows, table=rule.table.name)
        deleted[rule.table.name] = rows
    return deleted


def delete_before(column: Column[Any], before: datetime, until: float) -> int:
    """Delete rows whose `column` is before a time, in batches, until the monotonic time `until`.

    Returns the number of deleted rows.
    """
    expired = (
        delete(column.table)
        .where(column < (before.date() if isinstance(column.type, Date) else before))
        .with_dialect_options(mysql_limit=ROWS_PER_BATCH)
    )
    deleted = 0
    while time.monotonic() < until:
        rows = sql.transact(lambda tx: tx.execute(expired).rowcount)
        deleted += rows
        if rows < ROWS_PER_BATCH:
            break
    return deleted
