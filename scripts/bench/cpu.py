"""Reads CPU time from the kernel, and reserves one CPU for the measured function."""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

NANOSECONDS = 1e9
SCHEDULER_CLOCK = 2
"""The low bits of a CPU clock's id, which select the scheduler's nanosecond accounting."""
_ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def family(pid: int) -> list[int]:
    """Return the pids of a process and its running descendants."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def seconds(pids: Iterable[int]) -> float:
    """Return the CPU seconds that processes have used so far, including their finished threads."""
    # The id of a process's CPU clock, as clock_getcpuclockid(3) computes it.
    return sum(time.clock_gettime((~pid << 3) | SCHEDULER_CLOCK) for pid in pids)


def threads(pid: int) -> dict[tuple[str, int], float]:
    """Return the CPU seconds of each thread of a process, by thread name and id."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            used = int((task / "schedstat").read_text().split()[0]) / NANOSECONDS
            found[(task / "comm").read_text().strip(), int(task.name)] = used
    return found


def leave_one() -> None:
    """Exclude this process and its future children from the function's CPU."""
    if len(_ALL) > 1:
        os.sched_setaffinity(0, _ALL[1:])


def take_one(pid: int) -> None:
    """Restrict a process and its future children to the function's CPU."""
    if len(_ALL) > 1:
        os.sched_setaffinity(pid, _ALL[:1])


@contextlib.contextmanager
def taken() -> Iterator[None]:
    """Run this thread on the function's CPU for the duration of the block."""
    take_one(0)
    try:
        yield
    finally:
        leave_one()
