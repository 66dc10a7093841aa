"""The end of rows: which table keeps what for how long, and how the old ones go.

It says in numbers what each table's `end` says in words. Rows go in batches, by an index on the
column, so that no statement holds many locks.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Date, Table, delete

from shared.domain.metrics import ROWS_CLEANED
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
from shared.schema.play import erasures, unlisted_games

ROWS_A_BATCH = 1000


@dataclass(frozen=True)
class Rule:
    """Rows of `table` go when `since` lies `keep` back; a row without `since` stays."""

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
    Rule(unlisted_games, unlisted_games.c.first_seen_at, timedelta(days=400)),
)


def clean(until: float) -> dict[str, int]:
    """Delete what has ended, until `until` (monotonic seconds); return the rows gone by table."""
    gone = {rule.table.name: _clean(rule, until) for rule in RULES}
    for table, rows in gone.items():
        metrics.count(ROWS_CLEANED, rows, table=table)
    return gone


def _clean(rule: Rule, until: float) -> int:
    end = clock.now() - rule.keep
    ended = (
        delete(rule.table)
        .where(rule.since < (end.date() if isinstance(rule.since.type, Date) else end))
        .with_dialect_options(mysql_limit=ROWS_A_BATCH)
    )
    gone = 0
    while time.monotonic() < until:
        rows = sql.transact(lambda tx: tx.execute(ended).rowcount)
        gone += rows
        if rows < ROWS_A_BATCH:
            break
    return gone
