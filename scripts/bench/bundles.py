"""Everything that is measured, staged as it is deployed, with its bytecode made."""

import compileall
from pathlib import Path

from emulators.cloud.config import ROOT
from scripts.bundling import bundle
from shared.runtime import manifest
from shared.runtime.manifest import Manifest

HERE = Path(__file__).parent
FLOORS = HERE / "floors"
SUBJECTS = HERE / "subjects"


def functions() -> dict[str, Manifest]:
    """Return every function by name, and the one that has no store, which only this measures."""
    return manifest.discover([ROOT, SUBJECTS])


def stage(into: Path) -> dict[str, Manifest]:
    """Stage every function below `into`, byte-compiled as Google's builder does it."""
    found = functions()
    bundle.stage(found.values(), into)
    for folder in (into, FLOORS):
        compileall.compile_dir(folder, quiet=1)
    return found
