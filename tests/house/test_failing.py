"""A failing test is reported at once, not at the end of the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bundling import imports

BROKEN = """
import os, pytest
@pytest.fixture
def absent(): raise OSError("not there")
def test_fine(): pass
def test_wrong(): assert 1 == 2, "wrong"
def test_without(absent): pass
@pytest.mark.xfail(strict=True, reason="known")
def test_fixed(): pass
"""
NAMED = [
    "FAILED test_broken.py::test_wrong - AssertionError: wrong (test_broken.py:6)",
    "ERROR test_broken.py::test_without - OSError: not there (test_broken.py:4)",
    "FAILED test_broken.py::test_fixed - [XPASS(strict)] known",
]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_failure_is_reported_before_the_run_ends(tmp_path: Path, workers: int) -> None:
    (tmp_path / "test_broken.py").write_text(BROKEN)
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.support.failing"]
    plain = {"PYTHONPATH": str(imports.ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "--dist=loadfile", f"--numprocesses={workers}"],
        cwd=tmp_path,
        env=os.environ | plain,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    over = next(n for n, line in enumerate(lines) if line.strip("= ") == "ERRORS")
    assert [line for line in lines[:over] if "test_broken.py::" in line] == NAMED
    assert "2 failed, 1 passed, 1 error in" in lines[-1]


def test_this_suite_uses_the_plugin(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.has_plugin("tests.support.failing")
