"""Reads the code of the last release, which still runs during a rollout."""

import io
import subprocess
import tarfile

from scripts.bundling.imports import ROOT

VERSIONS = "shared/schema/migrations/versions"


def tag() -> str | None:
    """Return the last tag before this commit, or None before the first release.

    Tags on the current commit are ignored, because a release is tagged before it is deployed.
    """
    own = (_git("tag", "--points-at", "HEAD") or "").split()
    return _git("describe", "--tags", "--abbrev=0", *(f"--exclude={one}" for one in own), "HEAD")


def before_newest_migration() -> str | None:
    """Return the parent of the commit that added the newest migration, or None if it is unknown."""
    newest = max((ROOT / VERSIONS).glob("v*.py"))
    name = newest.relative_to(ROOT).as_posix()
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", name)
    if not added:
        return _git("rev-parse", "HEAD") if not _git("ls-files", name) else None
    return _git("rev-parse", "--verify", "--quiet", f"{added}^")


def files(commit: str, *folders: str) -> dict[str, str]:
    """Return a commit's Python files in these folders by path, excluding migrations."""
    with archive(commit, *folders) as packed:
        return {
            one.name: contents.read().decode()
            for one in packed
            if one.name.endswith(".py") and VERSIONS not in one.name
            if (contents := packed.extractfile(one))
        }


def archive(commit: str, *folders: str) -> tarfile.TarFile:
    """Return a commit's folders as an archive; raise CalledProcessError for an unknown commit."""
    command = ["git", "archive", "--format=tar", commit, *folders]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return tarfile.open(fileobj=io.BytesIO(packed))


def listed(commit: str, *folders: str) -> list[str]:
    """Return the paths of a commit's files in these folders."""
    return (_git("ls-tree", "-r", "--name-only", commit, *folders) or "").splitlines()


def _git(*words: str) -> str | None:
    """Return git's output, or None if it fails or prints nothing."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None if done.returncode == 0 else None
