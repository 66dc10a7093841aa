"""Grants new revisions their rights to tables: `python -m scripts.release.grant`.

It runs after `apply`, which creates the database users of new functions, and before they receive
traffic. It also migrates, which has an effect only in the first deployment.
"""

from scripts.release import migrate, shell


def main() -> None:
    """Run the migrate job. The plan has set its image to that of this commit."""
    migrate.execute(shell.from_arguments(__doc__), "migrate", "grant")


if __name__ == "__main__":
    main()
