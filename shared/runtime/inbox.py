"""For effects that are not idempotent by themselves: an event takes effect once.

The row (consumer, event id) commits with the effect. Prefer effects that need none.
"""

from sqlalchemy import Connection

from shared.runtime import clock, metrics, sql
from shared.schema.operations import inbox


def first_time(tx: Connection, consumer: str, event_id: str) -> bool:
    """Claim an event inside its effect's transaction; False when it already took effect.

    It also tells `sql.transact` that a COMMIT of unknown outcome may be tried again: the second
    run finds this row if the first one committed.
    """
    row = {"consumer": consumer, "event_id": event_id, "handled_at": clock.now()}
    claimed = sql.insert_ignore(tx, inbox, [row]) == 1
    sql.replay_finds_it()
    sql.after_commit(lambda: metrics.count(metrics.INBOX_DUPLICATES, int(not claimed)))
    return claimed
