"""The published lists for detecting games locally."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing yet."""
