"""What a function's edge must know of its own manifest when it starts.

A bundle carries it as JSON, checked when it was staged: the models and YAML's parser would cost
every cold start 30 ms to find again what was known. Elsewhere `function.yaml` itself is read.
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
    """Tell whether the object store is signed for: an address that everyone reads needs no key."""
    return buckets is not None and (buckets.artifacts is not None or buckets.public == "rw")


def of(entry_file: str) -> "Manifest":
    """Return the manifest beside an entry file; raise ManifestError where it is wrong.

    From a bundle it has the members of Manifest, but not its methods.
    """
    folder = Path(entry_file).parent
    try:
        checked = (folder / FILE).read_bytes()
    except FileNotFoundError:
        # By name: no bundle carries a module that it never runs.
        return cast("Manifest", import_module("shared.runtime.manifest").load(folder))
    return cast("Manifest", json.loads(checked, object_hook=lambda part: SimpleNamespace(**part)))
