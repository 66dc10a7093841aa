"""Stages bundles as a release does, by running `scripts.bundling.bundle` in its own process."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from emulators.cloud.config import ROOT, CloudError


def stage(roots: Iterable[Path], into: Path) -> dict[str, str]:
    """Stage the functions of all roots under `into`; return each bundle's hash by function."""
    command = [sys.executable, "-m", "scripts.bundling.bundle", "--into", str(into)]
    for root in roots:
        if root != ROOT:  # the bundler always includes ROOT
            command += ["--root", str(root)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CloudError("The bundles could not be staged.")
    lines = (line.split() for line in done.stdout.splitlines())
    return {name: digest for digest, name in lines}
