"""What a writer of a player's rows must know of erasure; `erasing` is how one is carried out."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from shared.schema.play import erasures

_REQUESTED_AT = select(erasures.c.requested_at).where(erasures.c.uid == bindparam("uid"))


def erased_since(tx: Connection, uid: str, moment: datetime) -> bool:
    """Tell whether the player asked to be erased at or after `moment`.

    For an event accepted at `moment`, whose rows must not come back. Ask it as the last statement
    of the transaction that writes them: a request committed before is seen here, and one
    committed after finds the rows, because its deletes wait for them.
    """
    asked = tx.scalar(_REQUESTED_AT, {"uid": uid})
    return asked is not None and asked >= moment
