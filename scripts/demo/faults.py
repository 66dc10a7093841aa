"""Kills a service of the local cloud with SIGKILL while the demo runs."""

import os
import signal
import threading
import time
from collections.abc import Callable

from emulators.cloud.config import Cloud, CloudError, read

BACK_SECONDS = 120
KILLABLE = ("mysql", "functions")


def kill(cloud: Cloud, service: str, report: Callable[[str], None]) -> threading.Thread:
    """Kill a service; return a thread that waits until the supervisor has restarted it."""
    pid = _pid(cloud, service)
    os.kill(pid, signal.SIGKILL)
    report(f"{service} (process {pid}) was killed with -9.")

    def wait() -> None:
        until = time.monotonic() + BACK_SECONDS
        while _pid(cloud, service, otherwise=pid) == pid:
            if time.monotonic() > until:
                raise CloudError(f"{service} did not restart; see `python -m emulators status`.")
            time.sleep(0.2)
        report(f"{service} is running again.")

    waiting = threading.Thread(target=wait, name=f"until {service} runs again")
    waiting.start()
    return waiting


def _pid(cloud: Cloud, service: str, otherwise: int = 0) -> int:
    _, found = read(cloud.state)
    one = found["services"].get(service)
    if one is None:
        raise CloudError(f"This cloud does not run {service}, so it cannot be killed.")
    process = one["process"] if one["phase"] == "ready" else None
    return int(process["pid"]) if process else otherwise
