"""Gives the new revisions every request, and records it: `python -m scripts.deploy.promote`.

With `--unjudged NAME` a person lets on a function that the canary held back.
"""

import sys
from datetime import UTC, datetime

from scripts.deploy import cloud_run, release, shell
from scripts.deploy.release import Release
from scripts.deploy.shell import Shell


def main() -> None:
    """Move what may go on; a function that is held back makes the build fail, loudly and last."""
    parser = shell.parser(__doc__)
    parser.add_argument("--unjudged", action="append", metavar="NAME", help="a function's service")
    given = parser.parse_args()
    sh = shell.Shell(given.dry_run)
    shell.place()
    if given.unjudged:
        let_on(sh, given.unjudged)
        return
    moved = release.load(sh)
    on = {name: one for name, one in moved.changed().items() if name not in moved.held}
    cloud_run.move(sh, {name: {one.after: 100} for name, one in on.items()}, cloud_run.UNTAG)
    cloud_run.move(sh, {name: {one.after: 100} for name, one in moved.started().items()})
    record(sh, moved)
    if moved.held:
        words = " ".join(f"--unjudged {name}" for name in moved.held)
        sys.exit(
            f"Everything is out but {', '.join(moved.held)}: asked too seldom to be compared."
            f" Look at them, then `python -m scripts.deploy.promote {words}`."
        )


def let_on(sh: Shell, names: list[str]) -> None:
    """Give the newest revision of each function every request."""
    found = cloud_run.services(sh, stage="new")
    for name in names:
        if name not in found:
            sys.exit(f"No function is deployed as {name}; there are {', '.join(found)}.")
    cloud_run.move(sh, {name: {found[name].latest: 100} for name in names})


def record(sh: Shell, moved: Release) -> None:
    """Keep the release, for going back and for comparing the next one with it."""
    at = "NOW" if sh.dry else datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    address = f"{release.folder()}{at}-{moved.commit[:12]}.json"
    sh.run("gcloud", "storage", "cp", str(release.FILE), address)


if __name__ == "__main__":
    main()
