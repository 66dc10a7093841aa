"""One CPU for the function that is measured, as its manifest gives it; the others for all else."""

import contextlib
import os
from collections.abc import Iterator

_ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
APART = len(_ALL) > 1


def leave_one() -> None:
    """Keep this process and what it starts off the function's CPU."""
    if APART:
        os.sched_setaffinity(0, _ALL[1:])


def take_one(pid: int) -> None:
    """Run a process, and what it will start, on the function's CPU alone."""
    if APART:
        os.sched_setaffinity(pid, _ALL[:1])


@contextlib.contextmanager
def taken() -> Iterator[None]:
    """Run this thread on the function's CPU for a while."""
    take_one(0)
    try:
        yield
    finally:
        leave_one()
