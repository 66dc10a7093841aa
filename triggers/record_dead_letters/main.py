"""Stores all dead letters until an operator redrives or resolves them."""

from shared.domain.operations import dead_letter_messages, dead_letters
from shared.runtime import events, sql


@events.on_raw_message(__file__)
def main(event: events.Event) -> None:
    """Store one dead letter; if it cannot be parsed, store the raw message."""
    letter = dead_letter_messages.parse(event)
    sql.transact(lambda tx: dead_letters.record(tx, letter))
