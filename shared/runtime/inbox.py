"""Implements the inbox pattern, which applies a non-idempotent effect only once per event.

The inbox row (consumer, event id) is committed together with the effect. Prefer idempotent effects,
which need no inbox row.
"""

from sqlalchemy import Connection

from shared.runtime import clock, metrics, sql
from shared.schema.operations import inbox


def first_time(tx: Connection, consumer: str, event_id: str) -> bool:
    """Claim an event in its effect's transaction, or return False if the event was applied before.

    The claim also lets `sql.transact` retry after a COMMIT with an unknown outcome. If the first
    run committed, the second run finds the claim's row.
    """
    row = {"consumer": consumer, "event_id": event_id, "handled_at": clock.now()}
    claimed = sql.insert_ignore(tx, inbox, [row]) == 1
    sql.safe_to_retry_commit()
    sql.after_commit(lambda: metrics.count(metrics.INBOX_DUPLICATES, int(not claimed)))
    return claimed
