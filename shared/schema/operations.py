"""Tables for the outbox, inbox, projections, consumers, failures, dead letters and audit log."""

from sqlalchemy import Column, Index, Integer, SmallInteger
from sqlalchemy.dialects import mysql

from shared.schema.base import BIGINT, JSON_TEXT, UID, Moment, Personal, identifier, table, text

CONSUMER = identifier(26)
EVENT_ID = identifier(191)


def _operator(column: str) -> Personal:
    return Personal(column=column, erase="keep", why_not="an operator's action, kept for audit")


outbox = table(
    "outbox",
    Column("event_id", identifier(36), primary_key=True),
    Column("topic", identifier(64), nullable=False),
    Column("attributes", JSON_TEXT, nullable=False),
    Column("body", JSON_TEXT, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("outbox_by_age", "created_at"),
    growth="none: one row per transaction with a message, deleted once published",
    end="published (immediately, or by relay_outbox)",
)

inbox = table(
    "inbox",
    Column("consumer", CONSUMER, primary_key=True),
    Column("event_id", EVENT_ID, primary_key=True),
    Column("handled_at", Moment, nullable=False),
    Index("inbox_by_age", "handled_at"),
    growth="one row per event of the consumers that need it",
    end="45 days after handling, after which no delivery or redrive can follow (clean_up)",
)

idempotency_keys = table(
    "idempotency_keys",
    Column("uid", UID, primary_key=True),
    # The route, with the ids of its path.
    Column("route", identifier(191), primary_key=True),
    Column("idempotency_key", identifier(128), primary_key=True),
    # The SHA-256 of the request's body.
    Column("payload", mysql.BINARY(32), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSON_TEXT, nullable=False),
    Column("etag", identifier(66), nullable=False),
    Column("body", JSON_TEXT, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("idempotency_keys_by_age", "created_at"),
    growth="thousands of rows: one per write of a creator",
    end="48 hours (clean_up)",
    personal=Personal(why_not="past responses, whose data is exported from its tables"),
)

projections = table(
    "projections",
    Column("uid", UID, primary_key=True),
    Column("kind", identifier(32), primary_key=True),
    Column("item", identifier(128), primary_key=True),
    Column("revision", BIGINT, nullable=False),
    Column("due_at", Moment, nullable=True),
    Column("projected_revision", BIGINT, nullable=False, server_default="0"),
    Column("projected_at", Moment, nullable=True),
    Column("document_updated_at", Moment, nullable=True),
    Index("projections_due", "due_at"),
    growth="a row per projected document: about 1 million",
    end="with its source: the player's account is erased",
    personal=Personal(why_not="bookkeeping: copies of what the sources export"),
)

consumers = table(
    "consumers",
    Column("consumer", CONSUMER, primary_key=True),
    Column("paused_at", Moment, nullable=False),
    Column("paused_by", UID, nullable=False),
    Column("reason", text(500), nullable=False),
    growth="none: a row per paused consumer",
    end="resumed",
    personal=_operator("paused_by"),
)

event_failures = table(
    "event_failures",
    Column("consumer", CONSUMER, primary_key=True),
    Column("event_id", EVENT_ID, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("reason", text(2000), nullable=False),
    Column("first_failed_at", Moment, nullable=False),
    Column("last_failed_at", Moment, nullable=False),
    Index("event_failures_by_age", "last_failed_at"),
    growth="one row per failed event that waits for its next attempt",
    end="the event succeeds or becomes a dead letter; 31 days at most (clean_up)",
)

dead_letters = table(
    "dead_letters",
    Column("dead_letter_id", BIGINT, primary_key=True, autoincrement=True),
    Column("consumer", CONSUMER, nullable=False),
    Column("event_id", EVENT_ID, nullable=False),
    Column("code", identifier(64), nullable=False),
    Column("reason", text(2000), nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("headers", JSON_TEXT, nullable=False),
    Column("body", mysql.MEDIUMBLOB, nullable=False),
    Column("uid", UID, nullable=True),
    Column("state", identifier(10), nullable=False),
    Column("settled_at", Moment, nullable=True),
    Column("settled_by", identifier(128), nullable=True),
    Column("resolution", text(500), nullable=True),
    Index("dead_letters_by_event", "consumer", "event_id", unique=True),
    Index("dead_letters_by_state", "state", "dead_letter_id"),
    Index("dead_letters_by_consumer", "consumer", "state", "dead_letter_id"),
    Index("dead_letters_to_end", "settled_at"),
    Index("dead_letters_by_player", "uid"),
    growth="normally none",
    end="31 days after it was redriven or resolved (clean_up); open ones are kept",
    personal=Personal(export=("consumer", "event_id", "code", "occurred_at")),
)

audit = table(
    "audit",
    Column("audit_id", BIGINT, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", UID, nullable=False),
    Column("action", identifier(64), nullable=False),
    Column("target", identifier(191), nullable=False),
    Column("detail", JSON_TEXT, nullable=False),
    Index("audit_by_age", "at"),
    growth="tens of rows: one per action of an operator",
    end="400 days (clean_up)",
    personal=_operator("actor"),
)
