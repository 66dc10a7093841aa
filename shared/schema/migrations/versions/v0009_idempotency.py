"""Answers kept for a request that comes again."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing yet."""
