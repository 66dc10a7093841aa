"""CPU time of processes, from the kernel's own accounting."""

import time
from collections.abc import Iterable
from pathlib import Path

import psutil

NANOSECONDS = 1e9
SCHEDULER_CLOCK = 2
"""The last bits of a CPU clock's id: counted by the scheduler, in nanoseconds."""


def family(pid: int) -> list[int]:
    """Return a process and all that it started and that still run."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU seconds that these processes have used so far, ended threads included."""
    return sum(time.clock_gettime(_clock(pid)) for pid in pids)


def _clock(pid: int) -> int:
    """Return the id of a process's CPU clock, as clock_getcpuclockid(3) makes it."""
    return (~pid << 3) | SCHEDULER_CLOCK


def threads(pid: int) -> dict[tuple[str, int], float]:
    """Return the CPU seconds of each thread of a process, by its name and id."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            used = int((task / "schedstat").read_text().split()[0]) / NANOSECONDS
            found[(task / "comm").read_text().strip(), int(task.name)] = used
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
