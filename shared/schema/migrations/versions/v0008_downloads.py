"""Adds tables for entitlements and download counts."""

from shared.schema.migrations import steps

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    steps.add_index(
        "tool_versions", "tool_versions_by_channel", "tool_id", "state", "channel", "sort_key"
    )
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS entitlements (
            uid VARCHAR(128) NOT NULL,
            plan VARCHAR(32) NOT NULL,
            until DATETIME(6),
            source VARCHAR(32) NOT NULL,
            PRIMARY KEY (uid, plan)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS tool_download_days (
            version_id BIGINT UNSIGNED NOT NULL,
            day DATE NOT NULL,
            downloads BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (version_id, day),
            FOREIGN KEY (version_id) REFERENCES tool_versions (version_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS tool_downloads (
            tool_id BIGINT UNSIGNED NOT NULL,
            downloads BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (tool_id),
            FOREIGN KEY (tool_id) REFERENCES tools (tool_id)
        )
    """)
