"""Names the running revisions, so that new ones get no requests: `python -m scripts.release.pin`.

A function that serves two, since a canary was cut, serves the older one again. A plan repeats the
traffic that it found: one that found "the latest" would undo the pin, so it is made again.
"""

from dataclasses import replace

from scripts.release import cloud_run, plan, records, release, shell
from scripts.release.release import Move


def main() -> None:
    """Pin each function and write down what runs."""
    sh = shell.from_arguments(__doc__)
    shell.place()
    begun = records.current(sh)
    running = cloud_run.services(sh)
    loose = [one for one in running.values() if one.serves and not one.is_pinned]
    split = [one for one in running.values() if len(one.serves) > 1]
    cloud_run.move(sh, {one.name: {one.serving: 100} for one in (*loose, *split)})
    if loose:
        sh.say(f"{len(loose)} functions served their latest revision: the plan is made again.")
        plan.make(sh)
    moves = {name: Move(one.serving) for name, one in running.items() if one.serving}
    release.save(sh, replace(begun, moves=moves))


if __name__ == "__main__":
    main()
