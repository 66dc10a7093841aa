"""Selects the lines of requirements.lock that a bundle needs for its stores."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.bundling.imports import ROOT
from shared.runtime import own_manifest
from shared.runtime.manifest import Manifest

LOCK = ROOT / "requirements.lock"
# The functions' platform, used on every machine so that all stage the same bundle.
TARGET = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "linux",
}


def extras(manifest: Manifest) -> set[str]:
    """Return the extras of pyproject.toml that a function's manifest requires."""
    wanted: set[str] = set(manifest.needs)
    stores, trigger = manifest.stores, manifest.trigger
    if stores.sql or trigger.kind != "http":
        wanted.add("sql")  # triggers store their failures and pauses in MySQL
    if stores.documents or trigger.document:
        wanted.add("documents")
    if own_manifest.signs(stores.objects):
        wanted.add("objects")
    if stores.accounts:
        wanted.add("accounts")
    if manifest.topics or trigger.kind != "http":
        wanted.add("messages")  # triggers publish their dead letters
    return wanted


def requirements(wanted: Iterable[str]) -> str:
    """Return the locked requirements, with hashes, of the base dependencies and these extras."""
    return "".join(locked()[name] for name in sorted(distributions(frozenset(wanted))))


@cache
def distributions(wanted: frozenset[str]) -> frozenset[str]:
    """Return the names of all distributions that the base dependencies and these extras need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    direct = [*project["dependencies"], *(line for extra in wanted for line in optional[extra])]
    waiting = [Requirement(line) for line in direct]
    done: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key not in done:
            done.add(key)
            waiting += _needs(*key)
    return frozenset(name for name, _ in done)


def _needs(name: str, with_extras: frozenset[str]) -> list[Requirement]:
    needed = [Requirement(line) for line in metadata.requires(name) or []]
    return [
        one
        for one in needed
        if one.marker is None
        or any(one.marker.evaluate({**TARGET, "extra": extra}) for extra in {"", *with_extras})
    ]


@cache
def locked() -> dict[str, str]:
    """Return the lock file's entries by canonical name, with hashes and without comments."""
    text = re.sub(r"^ *#.*\n", "", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries = re.findall(r"^\S.*\n(?: +.*\n)*", text, flags=re.MULTILINE)
    return {canonicalize_name(re.split("[=; ]", entry, maxsplit=1)[0]): entry for entry in entries}
