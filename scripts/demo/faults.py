"""A part of the local cloud dies in the middle: killed with -9, and away for a while."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from emulators.cloud.config import ROOT, Cloud, CloudError, read

BACK_SECONDS = 120
KILLABLE = ("mysql", "functions")


def kill(cloud: Cloud, service: str, away: float, tell: Callable[[str], None]) -> threading.Thread:
    """Kill a service now and let it come back `away` seconds later; return who waits for it."""
    mark = cloud.state / "held" / service
    if away:
        mark.parent.mkdir(exist_ok=True)
        mark.touch()  # the supervisor does not start it again while this is there
    pid = _pid(cloud, service)
    os.kill(pid, signal.SIGKILL)
    tell(
        f"{service} (process {pid}) was killed with -9" + (f", for {away:.0f} s." if away else ".")
    )

    def wait() -> None:
        time.sleep(away)
        if away:
            words = ["start", service, "--state", str(cloud.state)]
            subprocess.run([sys.executable, "-m", "emulators", *words], cwd=ROOT, check=True)
        until = time.monotonic() + BACK_SECONDS
        while _pid(cloud, service, otherwise=pid) == pid:
            if time.monotonic() > until:
                raise CloudError(f"{service} did not come back; see `python -m emulators status`.")
            time.sleep(0.2)
        tell(f"{service} is back.")

    waiting = threading.Thread(target=wait, name=f"until {service} is back")
    waiting.start()
    return waiting


def _pid(cloud: Cloud, service: str, otherwise: int = 0) -> int:
    _, found = read(cloud.state)
    one = found["services"].get(service)
    if one is None:
        raise CloudError(f"This cloud runs no {service}; it cannot be killed.")
    process = one["process"] if one["phase"] == "ready" else None
    return int(process["pid"]) if process else otherwise
