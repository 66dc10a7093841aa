"""The number of database connections that this process may hold, from its function.yaml.

Separate from `sql`, so that an edge can declare it without importing the driver, which not every
function needs.
"""

DEFAULT_SIZE = 4

_largest = 0


def require(size: int) -> None:
    """Let this process hold `size` connections; the largest size declared by a function applies."""
    global _largest  # noqa: PLW0603  one pool per process is intended
    _largest = max(_largest, size)


def size() -> int:
    """Return how many connections to hold; `DEFAULT_SIZE` if no function.yaml declares it."""
    return _largest or DEFAULT_SIZE
