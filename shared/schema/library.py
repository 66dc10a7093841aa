"""Tables for app installations and the games found on them; file paths are not stored."""

from sqlalchemy import Column, Index, Integer

from shared.schema.base import BIGINT, UID, Moment, Personal, identifier, table

INSTALL_ID = identifier(64)

installations = table(
    "installations",
    Column("uid", UID, primary_key=True),
    Column("install_id", INSTALL_ID, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("replaced_at", Moment, nullable=False),
    growth="about one row per new player: 100 thousand",
    end="the client deletes it, or the player's account is erased",
    personal=Personal(export=("install_id", "entries", "replaced_at")),
)

library_entries = table(
    "library_entries",
    Column("uid", UID, primary_key=True),
    Column("install_id", INSTALL_ID, primary_key=True),
    Column("game_id", BIGINT, primary_key=True, autoincrement=False),
    Column("build_id", BIGINT, nullable=True),
    Index("library_entries_by_game", "uid", "game_id"),
    growth="about 30 rows per new player: 3 million",
    end="the client replaces or deletes the installation, or the player's account is erased",
    personal=Personal(export=("install_id", "game_id", "build_id")),
)
