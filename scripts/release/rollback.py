"""Undoes the last release in seconds: `make rollback`, or `python -m scripts.release.rollback`.

Only traffic is moved. Tables are not changed, because a release's additions do not affect the
previous release.
"""

import sys
from dataclasses import replace

from scripts.release import cloud_run, migrate, records, release, shell
from scripts.release.release import Made, Move, Release, State
from scripts.release.shell import Shell


def main() -> None:
    """Move all functions of the last release, or the named ones, to their previous revisions."""
    parser = shell.parser(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="services (default: all)")
    parser.add_argument(
        "--anyway", action="store_true", help="roll back even if a later build changed the tables"
    )
    options = parser.parse_args()
    sh = shell.Shell(options.dry_run)
    newest, undone = last(sh)
    for name in options.names:
        if name not in undone.changed():
            sys.exit(f"The release of {undone.commit} did not change {name}.")
    back = returning(sh, undone, options.names or list(undone.changed()))
    if newest.address != undone.address:
        if not options.anyway:
            sys.exit(
                f"The build of {newest.commit} came later. It moved no traffic, but may have"
                " revoked rights and dropped columns: read docs/runbooks/rollback.md, then add"
                " --anyway."
            )
        grant(sh, [undone.made[name].get(one.before) for name, one in back.items()])
    cloud_run.move(sh, {name: {one.before: 100} for name, one in back.items()})
    sent = [undone.made[name][one.after].image for name, one in back.items()]
    if newest.address != undone.address:
        release.save(sh, replace(newest, refused=[*newest.refused, *sent]))
    state = undone.state if options.names else State.UNDONE
    release.save(sh, replace(undone, state=state, refused=[*undone.refused, *sent]))
    sh.say(f"Rolled back: {', '.join(back) or 'nothing'}. It stays so until its code changes.")


def last(sh: Shell) -> tuple[Release, Release]:
    """Return the newest record and the release to undo, which must be the last release.

    If a later build completed an interrupted promotion, both builds are undone together.
    """
    newest, undone = None, None
    for one in records.newest_first(sh):
        newest = newest or one
        if undone is not None:
            if one.state is not State.MOVING:
                break
            undone = replace(undone, moves=undone.moves | _only_in(one, undone))
            continue
        if newest is one:
            records.alone(sh, newest)
        if one.state is State.UNDONE:
            sys.exit("The last release is already undone: release a fix instead.")
        if one.state in {State.MOVING, State.DONE} and one.changed():
            undone = one
    if newest is None or undone is None:
        sys.exit("No recorded release moved traffic, so there is nothing to roll back.")
    return newest, undone


def _only_in(cut: Release, later: Release) -> dict[str, Move]:
    return {name: one for name, one in cut.changed().items() if name not in later.changed()}


def returning(sh: Shell, undone: Release, names: list[str]) -> dict[str, Move]:
    """Return the moves to revert, skipping functions whose traffic was moved by hand."""
    running = cloud_run.services(sh, stage="new")
    back = {}
    for name in names:
        move = undone.changed()[name]
        serves = running[name].serves if name in running else ()
        if sh.dry or (serves and set(serves) <= {move.after, move.before}):
            back[name] = move
        else:
            sh.say(f"{name} serves {' '.join(serves)}, which is not from this release: skipped.")
    return back


def grant(sh: Shell, made: list[Made | None]) -> None:
    """Grant the older revisions their rights again."""
    for one in sorted({one.job for one in made if one and one.job}):
        migrate.use(sh, one)
        migrate.execute(sh, "grant")


if __name__ == "__main__":
    main()
