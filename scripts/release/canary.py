"""Sends 5 % of the traffic to new revisions and compares them: `python -m scripts.release.canary`.

If a new revision is worse than the old one, or if the comparison fails, the whole release is
reverted. A new revision with too few requests to compare then receives 50 % of the traffic. If
there are still too few requests, a trigger may be promoted, because its failed events are retried.
An HTTP function with too few requests is held back until a person decides.
"""

import os
import signal
import sys
import time
from dataclasses import replace

from scripts.release import cloud_run, monitoring, records, release, shell
from scripts.release.release import Move, State
from scripts.release.shell import Shell
from scripts.release.verdict import Seen, Verdict, judge

SHARES = (5, 50)
DELAY_SECONDS = 180
"""The time that Cloud Monitoring may take to show a request."""


def main() -> None:
    """Compare the new revisions with the old ones, and revert the release if one is worse."""
    sh = shell.from_arguments(__doc__)
    shell.place()
    moved = records.current(sh)
    changed = moved.changed()
    if not changed:
        sh.say("No function changed.")
        return
    moved = replace(moved, state=State.MOVING)
    release.save(sh, moved)
    # A cancelled build terminates its steps with a signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("cancelled"))
    try:
        quiet, worse = watch(sh, changed)
    except BaseException:
        back(sh, changed)
        release.save(sh, replace(moved, state=State.BACK))
        raise
    if worse:
        back(sh, changed)
        refused = [*moved.refused, *(moved.made[name][changed[name].after].image for name in worse)]
        release.save(sh, replace(moved, state=State.BACK, refused=refused))
        sys.exit(f"The release was reverted because of {', '.join(worse)}.")
    held = [one for one in quiet if cloud_run.functions()[one].trigger.http]
    back(sh, {name: changed[name] for name in held})
    release.save(sh, replace(moved, held=held))


def watch(sh: Shell, changed: dict[str, Move]) -> tuple[list[str], list[str]]:
    """Return the functions with too few requests, and those whose new revision is worse."""
    quiet = list(changed)
    for share in SHARES:
        moves = {name: changed[name] for name in quiet}
        cloud_run.move(
            sh,
            {name: {one.after: share, one.before: 100 - share} for name, one in moves.items()},
        )
        verdicts = compare(sh, changed)
        worse = [name for name, one in verdicts.items() if one is Verdict.BACK]
        quiet = [name for name in quiet if verdicts[name] is Verdict.TOO_FEW]
        if worse or not quiet:
            break
    return quiet, worse


def compare(sh: Shell, changed: dict[str, Move]) -> dict[str, Verdict]:
    """Wait, then compare every new revision with the revision that it replaces."""
    window = int(60 * float(os.environ.get("CANARY_MINUTES") or 10))
    enough = int(os.environ.get("CANARY_REQUESTS") or 300)
    delay = int(os.environ.get("MONITORING_DELAY_SECONDS") or DELAY_SECONDS)
    if sh.dry:
        print(f"sleep {window + delay}")
    else:
        time.sleep(window + delay)
    seen = monitoring.seen(sh, window)
    verdicts = {}
    for name, move in changed.items():
        old, new = seen.get(move.before, Seen()), seen.get(move.after, Seen())
        objective = cloud_run.functions()[name].objectives.p99_ms
        verdicts[name], why = judge(old, new, enough=enough, objective_ms=objective)
        sh.say(f"{name} {verdicts[name].value}: {why}")
    return verdicts


def back(sh: Shell, moves: dict[str, Move]) -> None:
    """Send all traffic to the previous revisions."""
    cloud_run.move(sh, {name: {one.before: 100} for name, one in moves.items()})


if __name__ == "__main__":
    main()
