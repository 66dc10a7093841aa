"""Games, the names they are found by, their store ids, their executables and their builds."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, SmallInteger
from sqlalchemy.dialects import mysql

from shared.schema.base import (
    BIGINT,
    JSON_TEXT,
    UID,
    Moment,
    Personal,
    identifier,
    table,
    text,
)

GROWTH = "tens of rows: the world releases some 50 games a day"
FOREVER = "none: the catalog is kept"

games = table(
    "games",
    Column("game_id", BIGINT, primary_key=True, autoincrement=True),
    Column("title", text(300), nullable=False),
    Column("import_key", identifier(300), nullable=False, unique=True),
    Column("revision", BIGINT, nullable=False),
    Column("updated_at", Moment, nullable=False),
    # How many players played it, folded in from time to time; what searches sort by comes of it.
    Column("players", BIGINT, nullable=False, server_default="0"),
    Column("merged_into", BIGINT, nullable=True),
    # By locale (BCP 47) where another than English is known: {"de": "Die Siedler"}.
    Column("titles", JSON_TEXT, nullable=True),
    # By kind (icon, cover, banner): its colour and, a size, the name in the public bucket.
    Column("art", JSON_TEXT, nullable=True),
    Index("games_by_merge", "merged_into"),
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

game_search = table(
    "game_search",
    Column("game_id", BIGINT, ForeignKey("games.game_id"), primary_key=True, autoincrement=False),
    Column("tier", mysql.TINYINT(unsigned=True), nullable=False),
    # All words of all its names, each behind a space: see shared.domain.catalog.search.words.
    Column("words", JSON_TEXT, nullable=False),
    growth=GROWTH,
    end=FOREVER,
)

game_prefixes = table(
    "game_prefixes",
    Column("prefix", identifier(64), primary_key=True),
    # How popular the game is, 0 the most: read in the key's order, the popular come first.
    Column("tier", mysql.TINYINT(unsigned=True), primary_key=True),
    # No foreign key: two dozen rows a game, and its row in game_search says what they are.
    Column("game_id", BIGINT, primary_key=True),
    growth="a thousand rows: some 20 a game",
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

import_claims = table(
    "import_claims",
    Column("import_id", identifier(36), primary_key=True),
    Column("game_id", BIGINT, primary_key=True, autoincrement=False),
    # Of the record that took the game: another record of that list is another game.
    Column("position", BIGINT, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Index("import_claims_by_age", "claimed_at"),
    growth="a row a record of an import: tens of thousands on a day with one",
    end="2 days: an import is over then (clean_up)",
)

catalog_version = table(
    "catalog_version",
    Column("only", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", BIGINT, nullable=False),
    Column("updated_at", Moment, nullable=False),
    growth="none: one row, read by every instance at most every 5 s",
    end=FOREVER,
)

game_builds = table(
    "game_builds",
    Column("build_id", BIGINT, primary_key=True, autoincrement=True),
    Column("game_id", BIGINT, ForeignKey("games.game_id"), nullable=False),
    Column("name", text(100), nullable=False),
    # The builds of a game are in the order of their release: a range of builds is one of times.
    Column("released_at", Moment, nullable=False),
    Column("created_by", UID, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("game_builds_by_game", "game_id", "released_at", "build_id"),
    Index("game_builds_by_creator", "created_by", "build_id"),
    growth="hundreds of rows: games are patched",
    end=FOREVER,
    personal=Personal(
        column="created_by",
        export=("build_id", "game_id", "name", "created_at"),
        erase="keep",
        why_not="what a game's build is stays true, and tools name it",
    ),
)

game_build_marks = table(
    "game_build_marks",
    # A store whose build id `value` is, or the hash of an executable: sha1, sha512, murmur2.
    Column("kind", identifier(20), primary_key=True),
    Column("value", identifier(128), primary_key=True),
    Column("build_id", BIGINT, ForeignKey("game_builds.build_id"), primary_key=True),
    Index("game_build_marks_by_build", "build_id"),
    growth="hundreds of rows: two a build",
    end=FOREVER,
)
