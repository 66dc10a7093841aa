"""Stages the measured functions as in a deployment, including bytecode."""

import compileall
from pathlib import Path

from emulators.cloud.config import ROOT
from scripts.bundling import bundle
from shared.runtime import manifest
from shared.runtime.manifest import Manifest

HERE = Path(__file__).parent
FLOORS = HERE / "floors"


def functions() -> dict[str, Manifest]:
    """Return every function by name, including a benchmark-only function that uses no store."""
    return manifest.discover([ROOT, HERE / "subjects"])


def stage(into: Path) -> None:
    """Stage every function under `into`, and compile it to bytecode as Google's builder does."""
    bundle.stage(functions().values(), into)
    for folder in (into, FLOORS):
        compileall.compile_dir(folder, quiet=1)
