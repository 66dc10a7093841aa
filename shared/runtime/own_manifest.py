"""Reads a function's own manifest at start-up.

A bundle contains the manifest as JSON, which is validated when the bundle is staged. Importing the
models and the YAML parser would add 30 ms to every cold start. Outside a bundle, `function.yaml` is
read.
"""

import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from shared.runtime.manifest import Manifest, Objects

FILE = "manifest.json"


def signs(buckets: "Objects | None") -> bool:
    """Return whether a manifest with these `buckets` requires a key to sign object requests."""
    return buckets is not None and (buckets.artifacts is not None or buckets.public == "rw")


def of(entry_file: str) -> "Manifest":
    """Return the manifest in an entry file's folder, or raise ManifestError if it is invalid.

    In a bundle, the returned object has the fields of Manifest but not its methods.
    """
    folder = Path(entry_file).parent
    try:
        checked = (folder / FILE).read_bytes()
    except FileNotFoundError:
        # Imported by name, because a bundle does not contain modules that it never runs.
        return cast("Manifest", import_module("shared.runtime.manifest").load(folder))
    return cast("Manifest", json.loads(checked, object_hook=lambda part: SimpleNamespace(**part)))
