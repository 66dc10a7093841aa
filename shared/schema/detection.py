"""The lists for detecting games locally, as files in the public bucket."""

from sqlalchemy import Column, Index, SmallInteger

from shared.schema.base import BIGINT, Moment, identifier, table

detection_files = table(
    "detection_files",
    Column("name", identifier(120), primary_key=True),
    Column("os", identifier(10), nullable=False),
    # Of the list that it is, or that it leads to from the list of `from_version`; 0: a whole list.
    Column("version", BIGINT, nullable=False),
    Column("from_version", BIGINT, nullable=False),
    # Of the JSON, unpacked; the size is that of the packed file.
    Column("sha256", identifier(64), nullable=False),
    Column("size", BIGINT, nullable=False),
    # Null while an answer names it or the next delta may start from it.
    Column("unused_since", Moment, nullable=True),
    Index("detection_files_by_os", "os", "from_version", "version"),
    Index("detection_files_by_end", "unused_since"),
    growth="tens of rows: a list changes a few times a day, and with it up to ten deltas",
    end="a day after no answer names the file any more; build_detection_lists deletes both",
)

detection_builds = table(
    "detection_builds",
    Column("only", SmallInteger, primary_key=True, autoincrement=False),
    # The catalog's version that the lists were last built from, or found unchanged by.
    Column("catalog_version", BIGINT, nullable=False),
    Column("built_at", Moment, nullable=False),
    growth="none: one row, which builders lock",
    end="none: it is kept",
)
