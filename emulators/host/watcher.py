"""Watches files for the functions host, in a process that outlives the workers."""

from collections.abc import Callable
from pathlib import Path

import watchfiles

from emulators.cloud.config import ROOT, read

FOLDERS = ("functions", "triggers")
SUFFIXES = (".py", ".yaml")


def watch(state: Path, changed: Callable[[], object]) -> None:
    """Call `changed` whenever a file that affects the functions changes."""
    cloud, _ = read(state)
    folders = [*(root / kind for root in cloud.roots for kind in FOLDERS), ROOT / "shared"]
    existing = [folder for folder in folders if folder.is_dir()]
    for _ in watchfiles.watch(*existing, watch_filter=_matters, debounce=200, step=30):
        changed()


def _matters(change: watchfiles.Change, path: str) -> bool:
    """Tell whether a change affects the functions.

    A new folder always affects the functions, because the first changes inside a new folder may
    not be reported.
    """
    file = Path(path)
    folder = change is watchfiles.Change.added and not file.suffix and file.name[0] not in "._"
    return folder or file.suffix in SUFFIXES
