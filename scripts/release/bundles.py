"""Stages the bundles and their hashes: `python -m scripts.release.bundles`."""

from scripts.release import shell


def main() -> None:
    """Stage every function."""
    shell.from_arguments(__doc__).run("make", "bundle")


if __name__ == "__main__":
    main()
