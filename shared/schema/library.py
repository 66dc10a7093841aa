"""What is on players' disks: which games, per installation of our app; never where."""

from sqlalchemy import Column, Index, Integer

from shared.schema.base import BIGINT, UID, Moment, Personal, identifier, table

INSTALL_ID = identifier(64)

installations = table(
    "installations",
    Column("uid", UID, primary_key=True),
    Column("install_id", INSTALL_ID, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("replaced_at", Moment, nullable=False),
    growth="about one row a new player: 100 thousand",
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
    growth="some 30 rows a new player: 3 million",
    end="the client replaces or deletes the installation, or the player's account is erased",
    personal=Personal(export=("install_id", "game_id", "build_id")),
)
