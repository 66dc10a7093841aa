"""Reads an environment's recorded releases and finds the commits of its serving revisions."""

import os
import sys
from collections.abc import Iterator

from scripts.release import cloud_run, release, shell
from scripts.release.release import Made, Release, State
from scripts.release.shell import Shell

ONGOING = {"PENDING", "QUEUED", "WORKING"}


def newest_first(sh: Shell) -> Iterator[Release]:
    """Yield the records, newest first."""
    command = ("gcloud", "storage", "objects", "list", f"{release.folder()}*.json")
    # Without this filter, noncurrent versions would also be listed.
    options = ("--filter=NOT noncurrent_time:*", "--format=value(name)")
    listed = sh.read(*command, *options, dry="20260101T000000Z-COMMIT.json")
    example = release.text(release.EXAMPLE)
    for name in sorted((one.rsplit("/", 1)[-1] for one in listed.split()), reverse=True):
        address = f"{release.folder()}{name}"
        yield release.parse(sh.read("gcloud", "storage", "cat", address, dry=example))


def newest(sh: Shell) -> Release | None:
    """Return the record of the most recently started release."""
    return next(newest_first(sh), None)


def current(sh: Shell) -> Release:
    """Return the record of this commit's release; exit if no release is in progress."""
    found = newest(sh)
    if found is None or (not sh.dry and found.commit != release.commit(sh)):
        sys.exit("The newest release is not of this commit: begin with scripts.release.migrate.")
    if found.state in {State.BACK, State.UNDONE}:
        sys.exit(f"The release of {found.commit} was reverted: start again, or promote --unjudged.")
    return found


def alone(sh: Shell, last: Release | None) -> None:
    """Exit if another build's release is in progress.

    If two builds start within seconds of each other, both pass this check. Terraform then applies
    only the first plan, because applying one plan makes the other plan stale.
    """
    if not last or last.state not in {State.BEGUN, State.MOVING}:
        return
    if last.build in {"", os.environ.get("BUILD_ID", "")}:
        sh.say(f"The release of {last.commit} did not finish; this one continues from it.")
        return
    command = ("gcloud", "builds", "describe", last.build, f"--project={shell.place().project}")
    if sh.read(*command, "--format=value(status)", dry="FAILURE").strip() in ONGOING:
        sys.exit(
            f"Build {last.build} is releasing {last.commit}: wait for it, or revert it with"
            f" `gcloud builds cancel {last.build}`."
        )


def serving(sh: Shell, last: Release | None) -> dict[str, list[Made]]:
    """Return the origins of each function's serving revisions, in descending order of traffic.

    The result is empty before the first recorded release. The script exits if traffic was moved by
    hand to an unrecorded revision. The traffic must first be moved to a recorded revision.
    """
    if last is None or not last.made:
        sh.say("No release is recorded, so there is nothing to compare with.")
        return {}
    found: dict[str, list[Made]] = {}
    for name, service in cloud_run.services(sh).items():
        # A new function serves immediately; its release may have failed before it was recorded.
        new = dict.fromkeys(service.serves, Made(last.commit, last.job))
        known = last.made.get(name, new)
        unknown = [one for one in service.serves if one not in known]
        if unknown:
            sys.exit(
                f"{name} serves {', '.join(unknown)}, which is in no recorded release, so its needs"
                f" are unknown. Move traffic to a recorded revision ({', '.join(known) or 'none'}):"
                f" gcloud run services update-traffic {name} {' '.join(shell.place().flags)}"
                " --to-revisions=REVISION=100"
            )
        found[name] = [known[one] for one in service.serves]
    return found


def commits(served: dict[str, list[Made]]) -> dict[str, str]:
    """Return all commits that receive traffic, each with its migrate job's image."""
    return {one.commit: one.job for made in served.values() for one in made}
