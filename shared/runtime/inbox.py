"""The inbox pattern: an event takes effect once, even if its effect is not idempotent.

The row (consumer, event id) commits together with the effect. Prefer effects that need no row.
"""

from sqlalchemy import Connection

from shared.runtime import clock, metrics, sql
from shared.schema.operations import inbox


def first_time(tx: Connection, consumer: str, event_id: str) -> bool:
    """Claim an event in the transaction of its effect; return False if it has already taken effect.

    This also lets `sql.transact` repeat a COMMIT of unknown outcome: the second run finds this row
    if the first one committed.
    """
    row = {"consumer": consumer, "event_id": event_id, "handled_at": clock.now()}
    claimed = sql.insert_ignore(tx, inbox, [row]) == 1
    sql.safe_to_retry_commit()
    sql.after_commit(lambda: metrics.count(metrics.INBOX_DUPLICATES, int(not claimed)))
    return claimed
