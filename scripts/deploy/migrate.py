"""Expands the tables before any new code runs: `python -m scripts.deploy.migrate`.

What contracts is compared with the release that runs here, not with the last tag: it is refused
while that release still names what goes. The rights that the running release did not need any
more are taken away now, since going back past it is not offered.
"""

from scripts.deploy import image, release, shell
from scripts.deploy.release import Release
from scripts.deploy.shell import Shell

JOB = "migrate"


def main() -> None:
    """Check the migrations against what runs, then run the job with this commit's image."""
    sh = shell.from_arguments(__doc__)
    new = image.name(sh)
    running = last(sh)
    if running:
        command = (".venv/bin/python", "-m", "scripts.migration_guard")
        sh.run(*command, f"--released={running.commit}")
    if not exists(sh):
        sh.say("The first deployment: the job comes with it, and `grant` makes the tables.")
        return
    if running and running.image:
        use(sh, running.image)
        execute(sh, "revoke")
    use(sh, new)
    execute(sh, "migrate")


def last(sh: Shell) -> Release | None:
    """Return the record of the release that runs, if there was one."""
    recorded = release.names(sh, release.folder())
    return release.recorded(sh, recorded[-1]) if recorded else None


def exists(sh: Shell) -> bool:
    """Tell whether the job has been deployed."""
    listed = sh.read(
        "gcloud",
        "run",
        "jobs",
        "list",
        *shell.place().flags,
        "--format=value(metadata.name)",
        dry=JOB,
    )
    return JOB in listed.split()


def use(sh: Shell, name: str) -> None:
    """Give the job an image."""
    sh.run(
        "gcloud", "run", "jobs", "update", JOB, *shell.place().flags, f"--image={name}", "--quiet"
    )


def execute(sh: Shell, *words: str) -> None:
    """Run the job to its end."""
    arguments = f"--args={','.join(words)}"
    sh.run(
        "gcloud",
        "run",
        "jobs",
        "execute",
        JOB,
        *shell.place().flags,
        arguments,
        "--wait",
        "--quiet",
    )


if __name__ == "__main__":
    main()
