"""Builds the client for the tests."""

import pytest

from tests.support.node import run


@pytest.fixture(scope="session")
def built() -> None:
    """Compile the client, its tests and its samples."""
    done = run("npx", "--no-install", "tsc")
    assert done.returncode == 0, done.stdout
