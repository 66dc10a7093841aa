"""Adds a table for responses to retried requests, and an index for sorting tool versions."""

from shared.schema.migrations import steps

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS idempotency_keys (
            uid VARCHAR(128) NOT NULL,
            route VARCHAR(191) NOT NULL,
            idempotency_key VARCHAR(128) NOT NULL,
            payload BINARY(32) NOT NULL,
            status SMALLINT NOT NULL,
            headers MEDIUMTEXT NOT NULL,
            etag VARCHAR(66) NOT NULL,
            body MEDIUMTEXT NOT NULL,
            created_at DATETIME(6) NOT NULL,
            PRIMARY KEY (uid, route, idempotency_key),
            KEY idempotency_keys_by_age (created_at)
        )
    """)
    steps.add_index("tool_versions", "tool_versions_by_sort_key", "tool_id", "sort_key")
