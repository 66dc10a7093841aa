"""Runs a seeded local cloud on free ports for the duration of a `with` block."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulators.cloud.config import read
from scripts.bundling.imports import ROOT


@contextmanager
def running() -> Iterator[str]:
    """Start the cloud, yield its address, and stop it at the end."""
    with tempfile.TemporaryDirectory() as state:

        def command(*words: str) -> None:
            subprocess.run(
                [sys.executable, "-m", "emulators", *words],
                cwd=ROOT,
                env=os.environ | {"SAVEPOINT_STATE": state},
                stdout=subprocess.DEVNULL,
                check=True,
            )

        command("up", "--ports", "auto", "--detach")
        try:
            yield read(Path(state))[0].url("edge")
        finally:
            command("down")
