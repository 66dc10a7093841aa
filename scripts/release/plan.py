"""Saves Terraform's plan to build/plan: `python -m scripts.release.plan`.

The rights, paths and indexes of serving revisions are kept for one release after the code stops
using them. Terraform therefore receives both the released and the checked-out manifests.
"""

import json
import shutil
from collections.abc import Iterator

from scripts.release import BUILD, PLAN, ROOT, cloud_run, image, records, shell
from scripts.release.shell import Shell

TERRAFORM = ("terraform", "-chdir=terraform")
RELEASED = BUILD / "released"
INDEXES = "shared/schema/firestore.indexes.json"
CONTRACT = "docs/openapi.json"


def make(sh: Shell) -> None:
    """Plan the environment with this commit's migrate image."""
    place = shell.place()
    migrate_image = image.name(sh)
    BUILD.mkdir(exist_ok=True)
    sh.run(
        *TERRAFORM,
        "init",
        "-input=false",
        "-reconfigure",
        f"-backend-config=bucket={place.state_bucket}",
        f"-backend-config=prefix={place.environment}",
    )
    sh.run(
        *TERRAFORM,
        "plan",
        "-input=false",
        "-lock-timeout=300s",
        f"-var-file=environments/{place.environment}.tfvars",
        f"-var=migrate_image={migrate_image}",
        *released(sh),
        f"-out={PLAN}",
    )


def released(sh: Shell) -> Iterator[str]:
    """Write the released commits' manifests, indexes and paths; yield Terraform's arguments."""
    last = records.newest(sh)
    records.alone(sh, last)
    serving = records.serving(sh, last)
    if not sh.dry:
        shutil.rmtree(RELEASED, ignore_errors=True)
    known = {name: made[0].commit for name, made in serving.items() if made and made[0].commit}
    for name, commit in known.items():
        path = f"{cloud_run.functions()[name].folder.relative_to(ROOT)}/function.yaml"
        if sh.read("git", "ls-tree", "--name-only", commit, "--", path, dry=path).strip():
            write(sh, path, sh.read("git", "show", f"{commit}:{path}"))
    if not known:
        return
    indexes: list[object] = []
    paths: dict[str, object] = {}
    for commit in sorted(set(known.values())):
        found = sh.read_json("git", "show", f"{commit}:{INDEXES}", dry={"indexes": []})
        indexes += [one for one in found["indexes"] if one not in indexes]
        paths |= sh.read_json("git", "show", f"{commit}:{CONTRACT}", dry={"paths": {}})["paths"]
    write(sh, INDEXES, json.dumps({"indexes": indexes}))
    write(sh, CONTRACT, json.dumps({"paths": paths}))
    yield f"-var=released={RELEASED}"


def write(sh: Shell, path: str, text: str) -> None:
    """Write a file into the folder of released files."""
    if sh.dry:
        return
    file = RELEASED / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def main() -> None:
    """Make a plan for the checked-out commit."""
    make(shell.from_arguments(__doc__))


if __name__ == "__main__":
    main()
