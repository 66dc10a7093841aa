"""Begins a release and migrates its tables: `python -m scripts.release.migrate`.

Dropped tables, columns and indexes are checked against the commits whose revisions receive traffic
in this environment, not against the last tag. A drop is rejected if one of these commits still uses
the table, column or index. If there is only one such commit, the rights that it does not need are
revoked, because a rollback to an older commit is impossible.
"""

from scripts.release import image, records, release, shell
from scripts.release.shell import Shell

JOB = "migrate"


def main() -> None:
    """Check the migrations against the running commits, then run this commit's migrate job."""
    sh = shell.from_arguments(__doc__)
    new = image.name(sh)
    last = records.newest(sh)
    records.alone(sh, last)
    serving = records.commits(records.serving(sh, last))
    for commit in sorted(one for one in serving if one):
        sh.run(".venv/bin/python", "-m", "scripts.checks.migration_guard", f"--released={commit}")
    release.save(sh, release.begin(sh, last))
    if not exists(sh):
        sh.say("First deployment: `apply` creates the job, and `grant` the tables.")
        return
    if len(serving) == 1 and all(serving):
        use(sh, *serving.values())
        execute(sh, "revoke")
    else:
        sh.say("More than one commit serves, or an unrecorded one, so no rights are revoked.")
    use(sh, new)
    execute(sh, "migrate")


def exists(sh: Shell) -> bool:
    """Return whether the job has been deployed."""
    command = ("gcloud", "run", "jobs", "list", *shell.place().flags)
    return JOB in sh.read(*command, "--format=value(metadata.name)", dry=JOB).split()


def use(sh: Shell, name: str) -> None:
    """Set the job's image."""
    command = ("gcloud", "run", "jobs", "update", JOB, *shell.place().flags)
    sh.run(*command, f"--image={name}", "--quiet")


def execute(sh: Shell, *words: str) -> None:
    """Run the job and wait for it."""
    command = ("gcloud", "run", "jobs", "execute", JOB, *shell.place().flags)
    sh.run(*command, f"--args={','.join(words)}", "--wait", "--quiet")


if __name__ == "__main__":
    main()
