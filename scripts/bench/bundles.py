"""The measured functions, staged as they are deployed, with bytecode."""

import compileall
from pathlib import Path

from emulators.cloud.config import ROOT
from scripts.bundling import bundle
from shared.runtime import manifest
from shared.runtime.manifest import Manifest

HERE = Path(__file__).parent
FLOORS = HERE / "floors"


def functions() -> dict[str, Manifest]:
    """Return every function by name, including one without stores that exists only to measure."""
    return manifest.discover([ROOT, HERE / "subjects"])


def stage(into: Path) -> None:
    """Stage every function below `into`, byte-compiled as Google's builder does it."""
    bundle.stage(functions().values(), into)
    for folder in (into, FLOORS):
        compileall.compile_dir(folder, quiet=1)
