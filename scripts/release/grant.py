"""Grants the new revisions rights to tables: `python -m scripts.release.grant`.

Runs after `apply`, which creates the database users of new functions, and before they get traffic.
It also migrates, which has an effect only in the first deployment.
"""

from scripts.release import migrate, shell


def main() -> None:
    """Run the job, whose image the plan set to this commit's."""
    migrate.execute(shell.from_arguments(__doc__), "migrate", "grant")


if __name__ == "__main__":
    main()
