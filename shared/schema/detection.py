"""Tables for the lists that detect games locally, which are files in the public bucket."""

from sqlalchemy import Column, Index, SmallInteger

from shared.schema.base import BIGINT, Moment, identifier, table

detection_files = table(
    "detection_files",
    Column("name", identifier(120), primary_key=True),
    Column("os", identifier(10), nullable=False),
    # The list's version. A delta applies to the list `from_version`; 0 means a whole list.
    Column("version", BIGINT, nullable=False),
    Column("from_version", BIGINT, nullable=False),
    # The hash is of the uncompressed JSON, the size of the compressed file.
    Column("sha256", identifier(64), nullable=False),
    Column("size", BIGINT, nullable=False),
    # Null while a response links to the file, or the next delta may start from it.
    Column("unused_since", Moment, nullable=True),
    Index("detection_files_by_os", "os", "from_version", "version"),
    Index("detection_files_by_end", "unused_since"),
    growth="tens of rows: lists change a few times per day, with up to ten deltas each",
    end="a day after the last response that names the file (build_detection_lists)",
)

detection_builds = table(
    "detection_builds",
    Column("only", SmallInteger, primary_key=True, autoincrement=False),
    # The last catalog version that the lists were compared with.
    Column("catalog_version", BIGINT, nullable=False),
    Column("built_at", Moment, nullable=False),
    growth="none: one row, locked by builders",
    end="none",
)
