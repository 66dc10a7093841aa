"""Puts the last release back, in seconds: `make rollback`, or `python -m scripts.deploy.rollback`.

Only requests move. Tables stay as they are: what a release adds does not hurt the one before.
"""

import sys

from scripts.deploy import cloud_run, release, shell
from scripts.deploy.shell import Shell


def main() -> None:
    """Move every function of the last release, or those named, to what served before it."""
    parser = shell.parser(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="services; all when left out")
    given = parser.parse_args()
    sh = shell.Shell(given.dry_run)
    address = last(sh)
    undone = release.recorded(sh, address)
    running = cloud_run.services(sh, stage="new")
    chosen = given.names or list(undone.changed())
    back = {}
    for name in chosen:
        if name not in undone.changed():
            sys.exit(f"The release of {undone.commit} did not change {name}.")
        move = undone.changed()[name]
        if sh.dry or running[name].serving in (move.after, move.before):
            back[name] = {move.before: 100}
        else:
            sh.say(f"{name} serves {running[name].serving}, which is not of this release: left.")
    cloud_run.move(sh, back)
    if not given.names:
        sh.run("gcloud", "storage", "mv", address, _undone(address))
        sh.say(f"{undone.commit} is undone. Revert it, or the next deployment brings it again.")


def last(sh: Shell) -> str:
    """Return the last release's record; one release back is all that tables are kept for."""
    kept, undone = release.names(sh, release.folder()), []
    if not sh.dry:
        undone = release.names(sh, _undone(release.folder()))
    if not kept:
        sys.exit("No release is recorded, so there is nothing to go back to.")
    if undone and undone[-1].rsplit("/", 1)[-1] > kept[-1].rsplit("/", 1)[-1]:
        sys.exit("The last release is undone already: go forward with a fix instead.")
    return kept[-1]


def _undone(address: str) -> str:
    folder, _, name = address.rpartition("/")
    return f"{folder}/undone/{name}"


if __name__ == "__main__":
    main()
