"""Runs every test on the emulators, MariaDB and MySQL: `python3 -m scripts.release.test`."""

from scripts.release import shell


def main() -> None:
    """Run every test."""
    shell.from_arguments(__doc__).run("make", "test")


if __name__ == "__main__":
    main()
