"""Adds a table that marks counted downloads; its rows are smaller than inbox rows."""

from shared.schema.migrations import steps

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS download_marks (
            day DATE NOT NULL,
            mark BINARY(16) NOT NULL,
            PRIMARY KEY (day, mark)
        )
    """)
