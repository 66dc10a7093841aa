"""For effects that are not idempotent by themselves: an event takes effect once.

The row (consumer, event id) commits with the effect. Prefer effects that need none.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from shared.runtime import clock, errors, metrics, sql
from shared.schema.operations import inbox


def first_time(tx: Connection, consumer: str, event_id: str) -> bool:
    """Claim an event inside its effect's transaction; False when it already took effect.

    It also tells `sql.transact` that a COMMIT of unknown outcome may be tried again: the second
    run finds this row if the first one committed.
    """
    row = {"consumer": consumer, "event_id": event_id, "handled_at": clock.now()}
    claimed = sql.insert_ignore(tx, inbox, [row]) == 1
    sql.replay_finds_it()
    _count_duplicates(int(not claimed))
    return claimed


def first_times(tx: Connection, consumer: str, event_ids: Iterable[str]) -> list[str]:
    """Claim many events as `first_time` does; return those that did not take effect yet.

    Raises Unavailable when another transaction claimed one of them meanwhile.
    """
    wanted = set(event_ids)
    mine = inbox.c.consumer == consumer, inbox.c.event_id.in_(wanted)
    new = sorted(wanted.difference(tx.scalars(select(inbox.c.event_id).where(*mine))))
    now = clock.now()
    rows = [{"consumer": consumer, "event_id": one, "handled_at": now} for one in new]
    claimed = sql.insert_ignore(tx, inbox, rows)
    sql.replay_finds_it()
    if claimed != len(new):
        raise errors.Unavailable("some of these events are being handled elsewhere")
    _count_duplicates(len(wanted) - len(new))
    return new


def _count_duplicates(number: int) -> None:
    sql.after_commit(lambda: metrics.count(metrics.INBOX_DUPLICATES, number))
