"""Runs `make check` with the full history: `python3 -m scripts.release.check`.

A build's clone is shallow and has no tags, but the checks compare the contract and migrations with
the last tag.
"""

from scripts.release import shell


def main() -> None:
    """Fetch the history and tags that a shallow clone lacks, then run the checks."""
    sh = shell.from_arguments(__doc__)
    is_shallow = sh.read("git", "rev-parse", "--is-shallow-repository", dry="true").strip()
    sh.run("git", "fetch", "--quiet", "--tags", *(["--unshallow"] if is_shallow == "true" else []))
    sh.run("make", "check")


if __name__ == "__main__":
    main()
