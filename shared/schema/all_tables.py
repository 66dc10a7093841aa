"""Every table at once, for migrations and checks; functions import only the modules they use."""

from shared.schema import catalog, detection, downloads, library, operations, play, tools
from shared.schema.base import metadata

__all__ = [
    "catalog",
    "detection",
    "downloads",
    "library",
    "metadata",
    "operations",
    "play",
    "tools",
]
