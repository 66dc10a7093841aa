"""Records dead letters, whichever way they were sent, until an operator settles them."""

from shared.domain.operations import dead_letters, letters
from shared.runtime import events, sql


@events.on_raw_message(__file__)
def main(event: events.Event) -> None:
    """Record one dead letter; an unreadable one too, as it is."""
    letter = letters.read(event)
    sql.transact(lambda tx: dead_letters.record(tx, letter))
