"""Builds and pushes the migrate job's image: `python -m scripts.release.image`.

The image's tag is the hash of its contents. Later steps of the release use the same image.
"""

import sys

from scripts.release import BUILD, shell
from scripts.release.shell import Shell

FILE = BUILD / "migrate.image"


def name(sh: Shell) -> str:
    """Return the image that was built for this commit."""
    if sh.dry:
        return f"{shell.place().repository}/migrate:HASH"
    if not FILE.exists():
        sys.exit(f"{FILE.name} is missing: run `python -m scripts.release.image` first.")
    return FILE.read_text(encoding="utf-8").strip()


def main() -> None:
    """Stage, build and push the image."""
    sh = shell.from_arguments(__doc__)
    repository = shell.place().repository
    staged = sh.read(".venv/bin/python", "-m", "scripts.release.migrate_image", dry="HASH")
    image = f"{repository}/migrate:{staged.split()[-1]}"
    sh.run("docker", "build", "--tag", image, "build/migrate")
    sh.run("docker", "push", image)
    if not sh.dry:
        BUILD.mkdir(exist_ok=True)
        FILE.write_text(image, encoding="utf-8")


if __name__ == "__main__":
    main()
