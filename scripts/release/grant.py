"""Grants new revisions their rights to tables: `python -m scripts.release.grant`.

This step runs after `apply`, which creates the database users of new functions, and before new
functions receive traffic. The step also runs pending migrations, which exist only in the first
deployment.
"""

from scripts.release import migrate, shell


def main() -> None:
    """Run the migrate job, whose image the plan has set to this commit's migrate image."""
    migrate.execute(shell.from_arguments(__doc__), "migrate", "grant")


if __name__ == "__main__":
    main()
