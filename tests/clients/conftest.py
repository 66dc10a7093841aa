"""The client as programs that tests can run."""

import pytest

from tests.support.node import run


@pytest.fixture(scope="session")
def built() -> None:
    """The client, its tests and its samples as JavaScript."""
    done = run("npx", "--no-install", "tsc")
    assert done.returncode == 0, done.stdout
