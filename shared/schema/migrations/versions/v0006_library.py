"""Adds tables for players' installations of the app and their installed games."""

from shared.schema.migrations import steps

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS installations (
            uid VARCHAR(128) NOT NULL,
            install_id VARCHAR(64) NOT NULL,
            entries INTEGER NOT NULL,
            replaced_at DATETIME(6) NOT NULL,
            PRIMARY KEY (uid, install_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS library_entries (
            uid VARCHAR(128) NOT NULL,
            install_id VARCHAR(64) NOT NULL,
            game_id BIGINT UNSIGNED NOT NULL,
            build_id BIGINT UNSIGNED,
            PRIMARY KEY (uid, install_id, game_id),
            KEY library_entries_by_game (uid, game_id)
        )
    """)
