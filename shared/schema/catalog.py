"""Games, the names they are found by, their store ids and their executables."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, SmallInteger
from sqlalchemy.dialects import mysql

from shared.schema.base import BIGINT, Moment, identifier, table, text

GROWTH = "tens of rows: the world releases some 50 games a day"
FOREVER = "none: the catalog is kept"

games = table(
    "games",
    Column("game_id", BIGINT, primary_key=True, autoincrement=True),
    Column("title", text(300), nullable=False),
    Column("import_key", identifier(300), nullable=False, unique=True),
    Column("revision", BIGINT, nullable=False),
    Column("updated_at", Moment, nullable=False),
    growth=GROWTH,
    end=FOREVER,
)

game_names = table(
    "game_names",
    Column("name_key", identifier(191), primary_key=True),
    Column("game_id", BIGINT, ForeignKey("games.game_id"), primary_key=True),
    Column("name", text(300), nullable=False),
    Column("is_title", Boolean, nullable=False),
    Index("game_names_by_game", "game_id"),
    growth=GROWTH,
    end=FOREVER,
)

game_stores = table(
    "game_stores",
    Column("store", identifier(20), primary_key=True),
    Column("store_id", identifier(100), primary_key=True),
    Column("game_id", BIGINT, ForeignKey("games.game_id"), primary_key=True),
    Index("game_stores_by_game", "game_id"),
    growth=GROWTH,
    end=FOREVER,
)

game_executables = table(
    "game_executables",
    Column("suffix_hash", mysql.BINARY(32), primary_key=True),
    Column("os", identifier(10), primary_key=True),
    Column("game_id", BIGINT, ForeignKey("games.game_id"), primary_key=True),
    Column("suffix", identifier(400), nullable=False),
    Column("is_launcher", Boolean, nullable=False),
    Index("game_executables_by_game", "game_id"),
    growth=GROWTH,
    end=FOREVER,
)

catalog_version = table(
    "catalog_version",
    Column("only", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", BIGINT, nullable=False),
    Column("updated_at", Moment, nullable=False),
    growth="none: one row, read by every instance at most every 5 s",
    end=FOREVER,
)
