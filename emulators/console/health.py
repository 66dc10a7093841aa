"""Reads the health of services and functions from the supervisor's state file and the host."""

import json
from pathlib import Path
from typing import Any

Snapshot = dict[str, Any]
DIED = "died"


class Health:
    """The latest known state of all services and functions."""

    def __init__(self, state: Path) -> None:
        """Read the state once.

        The attribute `failed` maps each function that failed to import to its error.
        """
        self._state = state
        self._stamp: tuple[int, int] | None = None
        self._file: Snapshot = {"services": {}, "ready": False, "manifest_error": None}
        self.failed: dict[str, str] = {}
        self.current: Snapshot = self._snapshot()
        self.changes()

    def changes(self) -> list[Snapshot]:
        """Return the snapshots since the last call, newest last; empty if nothing has changed.

        If a service died and restarted between two calls, a snapshot of its death comes first.
        """
        self._read()
        before, now = self.current, self._snapshot()
        self.current = now
        died = {
            name: {**one, "phase": DIED}
            for name, one in before["services"].items()
            if one["pid"] and now["services"].get(name, {}).get("pid") not in {one["pid"], None}
        }
        found = [{**now, "services": now["services"] | died, "ready": False}] if died else []
        return [*found, now] if now != before else found

    def _snapshot(self) -> Snapshot:
        return {**self._file, "broken": broken(self._state), "failed": self.failed}

    def _read(self) -> None:
        file = self._state / "cloud.json"
        try:
            stat = file.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp == self._stamp:
                return
            written = json.loads(file.read_text())
        except FileNotFoundError:
            return  # the local cloud is shutting down
        self._stamp = stamp
        services = {name: _service(one) for name, one in written["services"].items()}
        self._file = {
            "services": services,
            "ready": written["ready"],
            "manifest_error": written["complaint"],
        }


def _service(written: dict[str, Any]) -> Snapshot:
    process, phase = written["process"], written["phase"]
    if process is None and phase in {"starting", "ready"}:
        phase = DIED  # the supervisor has not noticed yet
    return {
        "phase": phase,
        "pid": process["pid"] if process else None,
        "seconds": written["seconds"],
    }


def broken_folder(state: Path) -> Path:
    """Return the folder that holds a flag file for each function broken on purpose."""
    return state / "broken"


def broken(state: Path) -> list[str]:
    """List the functions that were broken on purpose."""
    return sorted(file.name for file in broken_folder(state).glob("*"))
