"""The watcher of the functions host: a process that outlives the workers and misses no change."""

import os
from pathlib import Path

import watchfiles

from emulators.cloud.config import ROOT, read
from emulators.host import server

FOLDERS = ("functions", "triggers")
WATCHED = (".py", ".yaml")


def main(state: Path, pipe: int) -> None:
    """Write to `pipe` whenever something changed that can change what is served."""
    cloud, _ = read(state)
    folders = [*(root / kind for root in cloud.roots for kind in FOLDERS), ROOT / "shared"]
    existing = [folder for folder in folders if folder.is_dir()]
    for _ in watchfiles.watch(*existing, watch_filter=_matters, debounce=200, step=30):
        os.write(pipe, server.CHANGED)


def _matters(change: watchfiles.Change, path: str) -> bool:
    """Tell whether a change matters.

    A new folder counts itself: what was put into it at once may go unseen.
    """
    file = Path(path)
    folder = change is watchfiles.Change.added and not file.suffix and file.name[0] not in "._"
    return folder or file.suffix in WATCHED
