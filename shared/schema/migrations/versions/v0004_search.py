"""Adds tables for the search index and for players who are new to a game."""

from shared.schema.migrations import steps

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS game_search (
            game_id BIGINT UNSIGNED NOT NULL,
            tier TINYINT UNSIGNED NOT NULL,
            words MEDIUMTEXT NOT NULL,
            PRIMARY KEY (game_id),
            FOREIGN KEY (game_id) REFERENCES games (game_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS game_prefixes (
            prefix VARCHAR(64) NOT NULL,
            tier TINYINT UNSIGNED NOT NULL,
            game_id BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (prefix, tier, game_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS new_players (
            new_player_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            game_id BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (new_player_id)
        )
    """)
