"""Grants what the new revisions' tables need, before they get requests.

`python -m scripts.release.grant`: after `apply`, which makes the database users of new functions.
Migrates too, which changes nothing but on the first deployment.
"""

from scripts.release import migrate, shell


def main() -> None:
    """Run the job with this commit's image, which the plan gave it."""
    migrate.execute(shell.from_arguments(__doc__), "migrate", "grant")


if __name__ == "__main__":
    main()
