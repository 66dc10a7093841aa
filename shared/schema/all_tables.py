"""Every table at once, for migrations and checks; functions import only the modules they use."""

from shared.schema import catalog, operations, play, tools
from shared.schema.base import metadata

__all__ = ["catalog", "metadata", "operations", "play", "tools"]
