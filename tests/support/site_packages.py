"""A folder from which Python can import some distributions of this environment, and no others.

What a bundle's own virtual environment would hold, made of links in a moment: run Python with
`-S` and PYTHONPATH set to the folder, and a package that the bundle does not list is missing.
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
    """A file or folder of the environment: whose it is, or whose parts it has."""

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
    """Link what belongs to wanted distributions only; go deeper where a folder is shared."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in entry.inside.items():
        if one.owners <= wanted:
            (folder / name).symlink_to(source / name)
        elif one.owners & wanted:
            _link(one, source / name, folder / name, wanted)
