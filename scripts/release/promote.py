"""Gives the new revisions every request: `python -m scripts.release.promote`.

With `--unjudged NAME` a person lets on a function that was held back or sent back. A build is green
when everything of its commit serves.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

from scripts.release import BUILD, cloud_run, records, release, shell
from scripts.release.cloud_run import Service
from scripts.release.release import Move, Release, State
from scripts.release.shell import Shell


def main() -> None:
    """Move what may go on; what stays behind makes the build fail, loudly and last."""
    parser = shell.parser(__doc__)
    parser.add_argument("--unjudged", action="append", metavar="NAME", help="a function's service")
    given = parser.parse_args()
    sh = shell.Shell(given.dry_run)
    shell.place()
    if given.unjudged:
        let_on(sh, given.unjudged)
        return
    moved = replace(records.current(sh), state=State.MOVING)
    release.save(sh, moved)
    on = {name: one for name, one in moved.changed().items() if name not in moved.held}
    cloud_run.move(sh, {name: {one.after: 100} for name, one in on.items()}, cloud_run.UNTAG)
    cloud_run.move(sh, {name: {one.after: 100} for name, one in moved.started().items()})
    release.save(sh, replace(moved, state=State.DONE))
    found = cloud_run.services(sh, stage="moved")
    behind = dict(stays(moved, found))
    if behind:
        words = " ".join(f"--unjudged {name}" for name in behind)
        sys.exit(
            "\n".join(["Everything is out but", *(f"  {one}" for one in behind.values())])
            + f"\nLook at them, then `python -m scripts.release.promote {words}`."
        )
    others = [one.name for one in found.values() if not sh.dry and not is_ours(one)]
    if others:
        sys.exit(f"{', '.join(others)}: what serves was not made of this commit: build it again.")


def is_ours(one: Service) -> bool:
    """Tell whether the newest revision has the hash of the bundle that was staged here."""
    file = BUILD / f"{cloud_run.functions()[one.name].name}.sha256"
    digest = file.read_text(encoding="ascii").strip() if file.exists() else "not staged"
    return one.image.endswith(f":{digest}")


def stays(moved: Release, found: dict[str, Service]) -> Iterator[tuple[str, str]]:
    """Yield each function whose newest revision, which is of this commit, does not serve."""
    for name in cloud_run.functions():
        one = found.get(name)
        if one is None or one.serves == (one.latest,) == (one.created,):
            continue
        why = "it does not serve"
        if name in moved.held:
            why = "it was asked too seldom to be compared"
        elif one.image in moved.refused:
            why = "it was worse, or rolled back"
        yield name, f"{name}: {one.created}: {why}"


def let_on(sh: Shell, names: list[str]) -> None:
    """Give the newest revision of each function every request, and forget why it had none."""
    found = cloud_run.services(sh, stage="new")
    last = records.newest(sh)
    for name in names:
        if name not in found:
            sys.exit(f"No function is deployed as {name}; there are {', '.join(found)}.")
        if last is None or found[name].latest not in last.made.get(name, {}):
            sys.exit(f"{name}'s newest revision passed no smoke test: build it again.")
    if last is None:
        return
    # What a rollback puts back is this, too.
    moves = {
        name: Move(found[name].serving, found[name].latest)
        for name in names
        if found[name].serving != found[name].latest
    }
    cloud_run.move(sh, {name: {found[name].latest: 100} for name in names})
    on = replace(
        last,
        state=State.DONE,
        moves=last.moves | moves,
        refused=[one for one in last.refused if one not in {found[name].image for name in names}],
        held=[one for one in last.held if one not in names],
    )
    release.save(sh, on)


if __name__ == "__main__":
    main()
