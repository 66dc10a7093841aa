"""Begins a release and expands the tables: `python -m scripts.release.migrate`.

What contracts is compared with the commits that serve here, not with the last tag: it is refused
while one of them still names what goes. Once a single commit serves, the rights that it does not
need any more are taken away, since going back past it is not offered.
"""

from scripts.release import image, records, release, shell
from scripts.release.shell import Shell

JOB = "migrate"


def main() -> None:
    """Check the migrations against what runs, then run the job with this commit's image."""
    sh = shell.from_arguments(__doc__)
    new = image.name(sh)
    last = records.newest(sh)
    records.alone(sh, last)
    serving = records.commits(records.serving(sh, last))
    for commit in sorted(one for one in serving if one):
        sh.run(".venv/bin/python", "-m", "scripts.checks.migration_guard", f"--released={commit}")
    release.save(sh, release.begin(sh, last))
    if not exists(sh):
        sh.say("The first deployment: the job comes with it, and `grant` makes the tables.")
        return
    if len(serving) == 1 and all(serving):
        use(sh, *serving.values())
        execute(sh, "revoke")
    else:
        sh.say("Not one recorded commit alone serves, so all rights stay.")
    use(sh, new)
    execute(sh, "migrate")


def exists(sh: Shell) -> bool:
    """Tell whether the job has been deployed."""
    command = ("gcloud", "run", "jobs", "list", *shell.place().flags)
    return JOB in sh.read(*command, "--format=value(metadata.name)", dry=JOB).split()


def use(sh: Shell, name: str) -> None:
    """Give the job an image."""
    command = ("gcloud", "run", "jobs", "update", JOB, *shell.place().flags)
    sh.run(*command, f"--image={name}", "--quiet")


def execute(sh: Shell, *words: str) -> None:
    """Run the job to its end."""
    command = ("gcloud", "run", "jobs", "execute", JOB, *shell.place().flags)
    sh.run(*command, f"--args={','.join(words)}", "--wait", "--quiet")


if __name__ == "__main__":
    main()
