"""The maximum number of database connections for this process, as set in function.yaml.

This module is separate from `sql`, so that a function can set this limit without importing the
database driver.
"""

DEFAULT_SIZE = 4

_largest = 0


def require(size: int) -> None:
    """Allow this process `size` connections; if called more than once, the largest size applies."""
    global _largest  # noqa: PLW0603  one pool per process is intended
    _largest = max(_largest, size)


def size() -> int:
    """Return the maximum number of connections; the default is `DEFAULT_SIZE`."""
    return _largest or DEFAULT_SIZE
