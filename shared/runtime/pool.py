"""How many database connections this process may hold: what its function.yaml says.

Apart from `sql`, so that an edge can say it without the driver, which not every function needs.
"""

WITHOUT_A_WISH = 4

_largest = 0


def wish(size: int) -> None:
    """Let this process hold `size` connections; the largest wish of its functions wins."""
    global _largest  # noqa: PLW0603  one pool a process is the point
    _largest = max(_largest, size)


def size() -> int:
    """Return how many connections to hold; `WITHOUT_A_WISH` where no function.yaml speaks."""
    return _largest or WITHOUT_A_WISH
