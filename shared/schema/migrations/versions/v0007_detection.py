"""Adds tables for the published lists that detect games locally."""

from shared.schema.migrations import steps

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS detection_files (
            name VARCHAR(120) NOT NULL,
            os VARCHAR(10) NOT NULL,
            version BIGINT UNSIGNED NOT NULL,
            from_version BIGINT UNSIGNED NOT NULL,
            sha256 VARCHAR(64) NOT NULL,
            size BIGINT UNSIGNED NOT NULL,
            unused_since DATETIME(6),
            PRIMARY KEY (name),
            KEY detection_files_by_os (os, from_version, version),
            KEY detection_files_by_end (unused_since)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS detection_builds (
            only SMALLINT NOT NULL,
            catalog_version BIGINT UNSIGNED NOT NULL,
            built_at DATETIME(6) NOT NULL,
            PRIMARY KEY (only)
        )
    """)
