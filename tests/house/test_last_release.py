"""Which commit counts as the running release, in a temporary repository."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.checks import last_release

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    def run(*words: str) -> str:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        done = subprocess.run(
            ["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    monkeypatch.setattr(last_release, "ROOT", tmp_path)
    run("init", "--quiet")
    migration(tmp_path, "v0001_first")
    commit(run)
    return run


def migration(root: Path, name: str) -> None:
    file = root / last_release.VERSIONS / f"{name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(name)


def commit(git: Git) -> str:
    git("add", ".")
    git("commit", "--quiet", "--allow-empty", "--message=a change")
    return git("rev-parse", "HEAD")


def test_the_last_release_is_the_last_tag_before_the_current_commit(git: Git) -> None:
    assert last_release.tag() is None
    git("tag", "v0.1.0")
    assert last_release.tag() is None
    commit(git)
    assert last_release.tag() == "v0.1.0"
    git("tag", "v0.2.0")
    assert last_release.tag() == "v0.1.0"
    commit(git)
    assert last_release.tag() == "v0.2.0"


def test_without_a_tag_it_is_the_commit_before_the_newest_migration(
    git: Git, tmp_path: Path
) -> None:
    before = commit(git)
    migration(tmp_path, "v0002_second")
    assert last_release.before_newest_migration() == before
    commit(git)
    commit(git)
    assert last_release.before_newest_migration() == before


def test_a_history_without_one_has_no_last_release(git: Git) -> None:
    assert last_release.before_newest_migration() is None
    commit(git)
    assert last_release.before_newest_migration() is None
