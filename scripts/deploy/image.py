"""Builds the image of the migrate job and pushes it: `python -m scripts.deploy.image`.

Its tag is the hash of what is in it, so the plan and the job mean the same image.
"""

from scripts.deploy import shell
from scripts.deploy.shell import Shell


def name(sh: Shell) -> str:
    """Stage what goes into the image, and return the image's name."""
    (repository,) = shell.need("REPOSITORY")
    digest = sh.read(".venv/bin/python", "-m", "scripts.migrate_image", dry="HASH").split()[-1]
    return f"{repository}/migrate:{digest}"


def main() -> None:
    """Build and push."""
    sh = shell.from_arguments(__doc__)
    image = name(sh)
    sh.run("docker", "build", "--tag", image, "build/migrate")
    sh.run("docker", "push", image)


if __name__ == "__main__":
    main()
