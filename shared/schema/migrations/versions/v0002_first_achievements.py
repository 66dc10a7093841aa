"""Adds the built-in achievements."""

from shared.schema.migrations import steps

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    steps.insert_missing(
        "achievements",
        [
            {"achievement_id": "first_hour", "metric": "play_ms", "threshold": 3_600_000},
            {"achievement_id": "ten_hours", "metric": "play_ms", "threshold": 36_000_000},
            {"achievement_id": "five_games", "metric": "games", "threshold": 5},
        ],
    )
