"""Tables for players' plans and for download counts of tools."""

from sqlalchemy import Column, Date, ForeignKey
from sqlalchemy.dialects import mysql

from shared.schema.base import BIGINT, UID, Moment, Personal, identifier, table

COUNTED_DAYS = 32
"""Older downloads are not counted: Pub/Sub keeps a message for 31 days."""

FOREVER = "none: creators compare downloads by year"

entitlements = table(
    "entitlements",
    Column("uid", UID, primary_key=True),
    Column("plan", identifier(32), primary_key=True),
    # Null: no expiry.
    Column("until", Moment, nullable=True),
    # Who granted it: `operator`; billing will follow.
    Column("source", identifier(32), nullable=False),
    growth="a row per player and plan bought for the first time: about 10 thousand",
    end="revoked, or the player's account is erased",
    personal=Personal(export=("plan", "until", "source")),
)

tool_download_days = table(
    "tool_download_days",
    Column("version_id", BIGINT, ForeignKey("tool_versions.version_id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("downloads", BIGINT, nullable=False),
    growth="a row per version downloaded on that day: about a thousand",
    end=FOREVER,
)

tool_downloads = table(
    "tool_downloads",
    Column("tool_id", BIGINT, ForeignKey("tools.tool_id"), primary_key=True),
    Column("downloads", BIGINT, nullable=False),
    growth="a row per tool downloaded for the first time: tens",
    end=FOREVER,
)

download_marks = table(
    "download_marks",
    Column("day", Date, primary_key=True),
    # 16 bytes of the hash of a download's id: an inbox row takes five times the space.
    Column("mark", mysql.BINARY(16), primary_key=True),
    growth="4 million rows: one per player, version and day",
    end="33 days, after which that day's messages are no longer counted (clean_up)",
)
