"""What the supervisor wrote down of each service, and which functions do not work and why."""

import json
from pathlib import Path
from typing import Any

Known = dict[str, Any]
DIED = "died"


class Health:
    """The state of everything as it was seen last."""

    def __init__(self, state: Path) -> None:
        """Look once; `failed`: the functions that could not be imported, and why."""
        self._state = state
        self._stamp: tuple[int, int] | None = None
        self._written: Known = {"services": {}, "ready": False, "complaint": None}
        self.failed: dict[str, str] = {}
        self.known: Known = self._now()
        self.changes()

    def changes(self) -> list[Known]:
        """Return what everything was since the last look, the newest last; nothing if unchanged.

        A service can be killed and back between two looks: its end is told first.
        """
        self._read()
        before, now = self.known, self._now()
        self.known = now
        died = {
            name: {**one, "phase": DIED}
            for name, one in before["services"].items()
            if one["pid"] and now["services"].get(name, {}).get("pid") not in {one["pid"], None}
        }
        found = [{**now, "services": now["services"] | died, "ready": False}] if died else []
        return [*found, now] if now != before else found

    def _now(self) -> Known:
        return {**self._written, "broken": broken(self._state), "failed": self.failed}

    def _read(self) -> None:
        file = self._state / "cloud.json"
        try:
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp == self._stamp:
                return
            written = json.loads(file.read_text())
        except FileNotFoundError:
            return  # everything is being stopped
        self._stamp = stamp
        services = {name: _service(one) for name, one in written["services"].items()}
        self._written = {
            "services": services,
            "ready": written["ready"],
            "complaint": written["complaint"],
        }


def _service(written: dict[str, Any]) -> Known:
    process, phase = written["process"], written["phase"]
    if process is None and phase in {"starting", "ready"}:
        phase = DIED  # the supervisor has not looked at it since
    return {
        "phase": phase,
        "pid": process["pid"] if process else None,
        "seconds": written["seconds"],
    }


def folder(state: Path) -> Path:
    """Return where a flag file stands for each broken function."""
    return state / "broken"


def broken(state: Path) -> list[str]:
    """List the functions that answer 500 until they are mended."""
    return sorted(file.name for file in folder(state).glob("*"))
