"""Names the running revisions, so that new ones get no requests: `python -m scripts.deploy.pin`.

A plan repeats the traffic that it found. One that found "the latest" would undo the pin, so it is
made again.
"""

import os

from scripts.deploy import cloud_run, image, plan, release, shell
from scripts.deploy.shell import Shell


def main() -> None:
    """Pin each function and write down what runs."""
    sh = shell.from_arguments(__doc__)
    running = cloud_run.services(sh)
    loose = [one for one in running.values() if one.serving and not one.is_pinned]
    cloud_run.move(sh, {one.name: {one.serving: 100} for one in loose})
    if loose:
        sh.say(f"{len(loose)} functions served their latest revision: the plan is made again.")
        plan.make(sh)
    release.save(sh, release.begun(_commit(sh), image.name(sh), running))


def _commit(sh: Shell) -> str:
    return os.environ.get("COMMIT_SHA") or sh.read("git", "rev-parse", "HEAD", dry="COMMIT").strip()


if __name__ == "__main__":
    main()
