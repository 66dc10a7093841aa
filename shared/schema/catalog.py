"""Tables for games: names, search, store ids, executables, builds and imports."""

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

GROWTH = "tens of rows: about 50 games are released per day"
FOREVER = "none: the catalog is kept"

games = table(
    "games",
    Column("game_id", BIGINT, primary_key=True, autoincrement=True),
    Column("title", text(300), nullable=False),
    Column("import_key", identifier(300), nullable=False, unique=True),
    Column("revision", BIGINT, nullable=False),
    Column("updated_at", Moment, nullable=False),
    # The number of players, updated by fold_popularity; search results are ordered by it.
    Column("players", BIGINT, nullable=False, server_default="0"),
    Column("merged_into", BIGINT, nullable=True),
    # Translated titles by locale (BCP 47): {"de": "Die Siedler"}.
    Column("titles", JSON_TEXT, nullable=True),
    # By kind (icon, cover, banner): the colour, and the name of each size in the public bucket.
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
    # All words of the game's names, separated by spaces: see shared.domain.catalog.search.words.
    Column("words", JSON_TEXT, nullable=False),
    growth=GROWTH,
    end=FOREVER,
)

game_prefixes = table(
    "game_prefixes",
    Column("prefix", identifier(64), primary_key=True),
    # The game's popularity tier, 0 for the most popular, so that the key has the order of a page.
    Column("tier", mysql.TINYINT(unsigned=True), primary_key=True),
    # No foreign key, because each game has two dozen rows, derived from its row in game_search.
    Column("game_id", BIGINT, primary_key=True),
    growth="a thousand rows: about 20 per game",
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
    # The position of the record that claimed the game; other records are other games.
    Column("position", BIGINT, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Index("import_claims_by_age", "claimed_at"),
    growth="one row per imported record: tens of thousands on a day with an import",
    end="2 days, after which the import is over (clean_up)",
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
    # Builds are ordered by release time, so a range of builds is a range of times.
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
        why_not="builds are facts about games, and tools refer to them",
    ),
)

game_build_marks = table(
    "game_build_marks",
    # A store, for its build id in `value`; or sha1, sha512, murmur2, for an executable's hash.
    Column("kind", identifier(20), primary_key=True),
    Column("value", identifier(128), primary_key=True),
    Column("build_id", BIGINT, ForeignKey("game_builds.build_id"), primary_key=True),
    Index("game_build_marks_by_build", "build_id"),
    growth="hundreds of rows: two per build",
    end=FOREVER,
)
