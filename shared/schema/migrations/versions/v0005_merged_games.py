"""Adds indexes for finding merged games and their players, and a table for import claims.

A claim records that a multi-part import has already matched a game.
"""

from shared.schema.migrations import steps

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    steps.add_index("games", "games_by_merge", "merged_into")
    steps.add_index("player_stats", "player_stats_by_game", "game_key", "uid")
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS import_claims (
            import_id VARCHAR(36) NOT NULL,
            game_id BIGINT UNSIGNED NOT NULL,
            position BIGINT UNSIGNED NOT NULL,
            claimed_at DATETIME(6) NOT NULL,
            PRIMARY KEY (import_id, game_id),
            KEY import_claims_by_age (claimed_at)
        )
    """)
