"""Tables for the tools that creators make for games, and for their versions."""

from sqlalchemy import Column, ForeignKey, Index
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

tools = table(
    "tools",
    Column("tool_id", BIGINT, primary_key=True, autoincrement=True),
    Column("game_id", BIGINT, ForeignKey("games.game_id"), nullable=False),
    # trainer, mod, widget, config_pack
    Column("kind", identifier(16), nullable=False),
    Column("creator_uid", UID, nullable=False),
    # The plan that a player needs; null: none.
    Column("plan", identifier(32), nullable=True),
    # By locale (BCP 47), "en" always: {"en": {"name", "summary"}}
    Column("texts", JSON_TEXT, nullable=False),
    Column("art", JSON_TEXT, nullable=True),
    Column("revision", BIGINT, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("tools_by_game", "game_id", "tool_id"),
    Index("tools_by_creator", "creator_uid", "tool_id"),
    growth="hundreds of rows",
    end="none: players have them installed",
    personal=Personal(
        column="creator_uid",
        export=("tool_id", "game_id", "kind", "texts", "created_at"),
        erase="keep",
        why_not="players have it installed; the uid of an erased account identifies no one",
    ),
)

tool_versions = table(
    "tool_versions",
    Column("version_id", BIGINT, primary_key=True, autoincrement=True),
    Column("tool_id", BIGINT, ForeignKey("tools.tool_id"), nullable=False),
    Column("version", identifier(64), nullable=False),
    # Sorts byte by byte as Semantic Versioning 2.0.0 orders the versions.
    Column("sort_key", identifier(191), nullable=False),
    # stable, beta, alpha
    Column("channel", identifier(10), nullable=False),
    # draft, verifying, published, rejected, withdrawn
    Column("state", identifier(10), nullable=False),
    Column("options", JSON_TEXT, nullable=False),
    # A list of tools with version ranges.
    Column("dependencies", JSON_TEXT, nullable=False),
    # The first and last supported build, inclusive; null: unbounded.
    Column("first_build_id", BIGINT, ForeignKey("game_builds.build_id"), nullable=True),
    Column("last_build_id", BIGINT, ForeignKey("game_builds.build_id"), nullable=True),
    # The uuid of the last upload to `incoming/{uuid}`.
    Column("upload_id", identifier(36), nullable=True),
    # Of the verified artifact `artifacts/{sha256}`; before verification, as announced.
    Column("size", BIGINT, nullable=True),
    Column("sha256", identifier(64), nullable=True),
    Column("murmur2", mysql.INTEGER(unsigned=True), nullable=True),
    # Why it was rejected or withdrawn.
    Column("reason", text(500), nullable=True),
    Column("revision", BIGINT, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("published_at", Moment, nullable=True),
    Index("tool_versions_by_version", "tool_id", "version", unique=True),
    Index("tool_versions_by_sort_key", "tool_id", "sort_key"),
    Index("tool_versions_by_order", "tool_id", "state", "sort_key"),
    Index("tool_versions_by_channel", "tool_id", "state", "channel", "sort_key"),
    growth="thousands of rows",
    end="none: published versions stay known, even if withdrawn",
)
