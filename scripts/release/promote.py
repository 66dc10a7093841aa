"""Sends all traffic to the new revisions: `python -m scripts.release.promote`.

`--unjudged NAME` promotes a function that was held back or reverted, without comparing it. A build
succeeds only if the newest revisions of all functions serve traffic.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

from scripts.release import BUILD, cloud_run, records, release, shell
from scripts.release.cloud_run import Service
from scripts.release.release import Move, Release, State
from scripts.release.shell import Shell


def main() -> None:
    """Promote the functions that may continue, then fail if any were held back."""
    parser = shell.parser(__doc__)
    parser.add_argument("--unjudged", action="append", metavar="NAME", help="name of a service")
    options = parser.parse_args()
    sh = shell.Shell(options.dry_run)
    shell.place()
    if options.unjudged:
        promote_held(sh, options.unjudged)
        return
    moved = replace(records.current(sh), state=State.MOVING)
    release.save(sh, moved)
    promoted = {name: one for name, one in moved.changed().items() if name not in moved.held}
    cloud_run.move(sh, {name: {one.after: 100} for name, one in promoted.items()}, cloud_run.UNTAG)
    cloud_run.move(sh, {name: {one.after: 100} for name, one in moved.started().items()})
    release.save(sh, replace(moved, state=State.DONE))
    found = cloud_run.services(sh, stage="moved")
    behind = dict(not_serving(moved, found))
    if behind:
        words = " ".join(f"--unjudged {name}" for name in behind)
        lines = ["Promoted, except:", *(f"  {one}" for one in behind.values())]
        lines.append(f"Examine them, then `python -m scripts.release.promote {words}`.")
        sys.exit("\n".join(lines))
    others = [one.name for one in found.values() if not sh.dry and not is_ours(one)]
    if others:
        sys.exit(f"{', '.join(others)}: serves code of another commit: build this one again.")


def is_ours(one: Service) -> bool:
    """Return whether the newest revision has the hash of the bundle staged in this build."""
    file = BUILD / f"{cloud_run.functions()[one.name].name}.sha256"
    digest = file.read_text(encoding="ascii").strip() if file.exists() else "not staged"
    return one.image.endswith(f":{digest}")


def not_serving(moved: Release, found: dict[str, Service]) -> Iterator[tuple[str, str]]:
    """Yield each function whose newest revision does not serve traffic, with the reason."""
    for name in cloud_run.functions():
        one = found.get(name)
        if one is None or one.serves == (one.latest,) == (one.created,):
            continue
        why = "it does not serve"
        if name in moved.held:
            why = "it had too few requests to be compared"
        elif one.image in moved.refused:
            why = "it was worse, or rolled back"
        yield name, f"{name}: {one.created}: {why}"


def promote_held(sh: Shell, names: list[str]) -> None:
    """Send all traffic of these functions to the newest revisions, ignoring canary results."""
    found = cloud_run.services(sh, stage="new")
    last = records.newest(sh)
    for name in names:
        if name not in found:
            sys.exit(f"There is no service {name}; there are {', '.join(found)}.")
        if last is None or found[name].latest not in last.made.get(name, {}):
            sys.exit(f"The newest revision of {name} passed no smoke test: build it again.")
    if last is None:
        return
    # A rollback also reverts these moves.
    moves = {
        name: Move(found[name].serving, found[name].latest)
        for name in names
        if found[name].serving != found[name].latest
    }
    cloud_run.move(sh, {name: {found[name].latest: 100} for name in names})
    images = {found[name].image for name in names}
    promoted = replace(
        last,
        state=State.DONE,
        moves=last.moves | moves,
        refused=[one for one in last.refused if one not in images],
        held=[one for one in last.held if one not in names],
    )
    release.save(sh, promoted)


if __name__ == "__main__":
    main()
