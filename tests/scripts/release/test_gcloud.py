"""The real gcloud parses every command line that the steps would run.

Without an account, each command fails before it calls the cloud; unknown words and flags fail
earlier and with another status.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.release import release
from tests.scripts.release.conftest import Fake

STEPS = ("migrate", "smoke", "canary", "promote", "rollback")
UNKNOWN = 2
GCLOUD = shutil.which("gcloud") or "gcloud"  # found before the fake one is on the PATH


def shape(command: list[str]) -> tuple[str, ...]:
    """Return what gcloud's parser checks: the words and the names of the flags."""
    return tuple(word.split("=")[0] for word in command if word.startswith("-")) + tuple(
        command[:4]
    )


def parsed(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "CLOUDSDK_CONFIG": str(folder),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
    }
    return subprocess.run(
        [GCLOUD, *command[1:]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def commands(fake: Fake) -> list[list[str]]:
    release.FILE.touch()  # files to copy must exist, or gcloud stops before parsing
    lines = [line for name in STEPS for line in fake.step(name, "--dry-run").stdout.splitlines()]
    found = [shlex.split(line) for line in lines if line.startswith("gcloud ")]
    return list({shape(one): one for one in found}.values())


def test_gcloud_knows_every_command_and_flag(commands: list[list[str]], tmp_path: Path) -> None:
    assert len(commands) >= 10
    for one in commands:
        done = parsed(one, tmp_path)
        assert done.returncode != UNKNOWN, done.stderr
        assert "do not currently have an active account" in done.stderr


def test_gcloud_refuses_a_flag_that_it_does_not_know(tmp_path: Path) -> None:
    command = ["gcloud", "run", "services", "update-traffic", "catalog", "--to-revision=a=5"]
    assert parsed(command, tmp_path).returncode == UNKNOWN
