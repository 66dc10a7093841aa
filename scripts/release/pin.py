"""Pins traffic to the running revisions: `python -m scripts.release.pin`.

If an interrupted canary left a function with two serving revisions, all of the function's traffic
returns to the older revision. A Terraform plan contains the traffic settings found when the plan
was made. A plan with the traffic setting "latest" would undo the pin, so this step makes a new
plan.
"""

from dataclasses import replace

from scripts.release import cloud_run, plan, records, release, shell
from scripts.release.release import Move


def main() -> None:
    """Pin each function and record the running revisions."""
    sh = shell.from_arguments(__doc__)
    shell.place()
    begun = records.current(sh)
    running = cloud_run.services(sh)
    unpinned = [one for one in running.values() if one.serves and not one.is_pinned]
    split = [one for one in running.values() if len(one.serves) > 1]
    cloud_run.move(sh, {one.name: {one.serving: 100} for one in (*unpinned, *split)})
    if unpinned:
        sh.say(f"{len(unpinned)} functions were not pinned: planning again.")
        plan.make(sh)
    moves = {name: Move(one.serving) for name, one in running.items() if one.serving}
    release.save(sh, replace(begun, moves=moves))


if __name__ == "__main__":
    main()
