"""The real gcloud reads every command line that a runbook tells a tired operator to type."""

import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.deploy.test_gcloud import UNKNOWN, parsed, shape
from tests.house.test_runbooks import FOLDER, code

pytestmark = pytest.mark.skipif(not shutil.which("gcloud"), reason="gcloud is not installed")


def test_gcloud_knows_every_command_of_the_runbooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDSDK_CORE_PROJECT", "demo-savepoint")
    lines = {
        line.replace("FUNCTION", "catalog").replace("REGION", "us-central1")
        for page in FOLDER.glob("*.md")
        for line in code(page)
        if line.startswith("gcloud ") and not line.startswith("gcloud config set")
    }
    # A name in the prose, such as `gcloud sql`, is no command.
    commands = [words for words in map(shlex.split, sorted(lines)) if len(words) > 3]
    different = list({shape(words): words for words in commands}.values())
    assert len(different) > 20
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda words: parsed(words, tmp_path), different)
        for words, done in zip(different, answers, strict=True):
            assert done.returncode != UNKNOWN, done.stderr
            assert "do not currently have an active account" in done.stderr, shlex.join(words)
