"""Imports every table for migrations and checks; functions import only the modules they need."""

from shared.schema import catalog, detection, downloads, library, operations, play, tools
from shared.schema.base import metadata

LEAVING: frozenset[str] = frozenset()
"""Each `table` or `table.column` that is no longer used and will be dropped one release later."""

__all__ = [
    "LEAVING",
    "catalog",
    "detection",
    "downloads",
    "library",
    "metadata",
    "operations",
    "play",
    "tools",
]
