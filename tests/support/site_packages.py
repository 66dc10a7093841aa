"""A folder with links to some of this environment's distributions, as a bundle would install them.

Python started with `-S` and PYTHONPATH set to the folder cannot import anything else.
"""

import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

SITE = Path(sysconfig.get_path("purelib"))


@dataclass
class Entry:
    """A file or folder of the environment, and the distributions that it belongs to."""

    owners: set[str] = field(default_factory=set)
    inside: dict[str, "Entry"] = field(default_factory=dict)


def site(names: Iterable[str], folder: Path) -> Path:
    """Fill `folder` with links to the named distributions' files and return it."""
    _link(_environment(), SITE, folder, {canonicalize_name(name) for name in names})
    return folder


@cache
def _environment() -> Entry:
    top = Entry()
    for one in metadata.distributions(path=[str(SITE)]):
        name = canonicalize_name(one.metadata["Name"])
        for line in (one.read_text("RECORD") or "").splitlines():
            parts = line.split(",")[0].split("/")
            if parts[0] != ".." and "__pycache__" not in parts:
                here = top
                for part in parts:
                    here = here.inside.setdefault(part, Entry())
                    here.owners.add(name)
    return top


def _link(entry: Entry, source: Path, folder: Path, wanted: set[str]) -> None:
    """Link what belongs only to wanted distributions; descend into shared folders."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in entry.inside.items():
        if one.owners <= wanted:
            (folder / name).symlink_to(source / name)
        elif one.owners & wanted:
            _link(one, source / name, folder / name, wanted)
