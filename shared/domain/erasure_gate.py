"""Prevents late events from recreating an erased player's rows."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from shared.schema.play import erasures

_REQUESTED_AT = select(erasures.c.requested_at).where(erasures.c.uid == bindparam("uid"))


def erased_since(tx: Connection, uid: str, moment: datetime) -> bool:
    """Return whether the player requested erasure at or after `moment`.

    The parameter `moment` is the time at which the event was accepted. Call this function as the
    last statement of the transaction that writes the event's rows. A request that committed earlier
    is then visible to this function. A later request deletes the rows, because its deletes wait for
    this transaction's locks.
    """
    requested_at = tx.scalar(_REQUESTED_AT, {"uid": uid})
    return requested_at is not None and requested_at >= moment
