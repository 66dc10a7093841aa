"""The releases of an environment, as they are recorded, and what they tell of what serves."""

import os
import sys
from collections.abc import Iterator

from scripts.release import cloud_run, release, shell
from scripts.release.release import Made, Release, State
from scripts.release.shell import Shell

ONGOING = {"PENDING", "QUEUED", "WORKING"}


def newest_first(sh: Shell) -> Iterator[Release]:
    """Read the records one by one, the newest first."""
    command = ("gcloud", "storage", "objects", "list", f"{release.folder()}*.json")
    # Older versions are listed too, unless they are filtered out.
    options = ("--filter=NOT noncurrent_time:*", "--format=value(name)")
    listed = sh.read(*command, *options, dry="20260101T000000Z-COMMIT.json")
    example = release.text(release.EXAMPLE)
    for name in sorted((one.rsplit("/", 1)[-1] for one in listed.split()), reverse=True):
        address = f"{release.folder()}{name}"
        yield release.parse(sh.read("gcloud", "storage", "cat", address, dry=example))


def newest(sh: Shell) -> Release | None:
    """Return the record of the release that was begun last."""
    return next(newest_first(sh), None)


def current(sh: Shell) -> Release:
    """Return the record of this commit's release; end when none is on its way."""
    found = newest(sh)
    if found is None or (not sh.dry and found.commit != release.commit(sh)):
        sys.exit("The newest release is not of this commit: begin with scripts.release.migrate.")
    if found.state in {State.BACK, State.UNDONE}:
        sys.exit(f"The release of {found.commit} went back: begin anew, or promote --unjudged.")
    return found


def alone(sh: Shell, last: Release | None) -> None:
    """End when another build has begun a release and still works on it.

    Two builds that begin within the same seconds both pass; then Terraform's lock lets one plan be
    applied, and the other one is stale.
    """
    if not last or last.state not in {State.BEGUN, State.MOVING}:
        return
    if last.build in {"", os.environ.get("BUILD_ID", "")}:
        sh.say(
            f"The release of {last.commit} was begun and has not ended; this one goes on from it."
        )
        return
    command = ("gcloud", "builds", "describe", last.build, f"--project={shell.place().project}")
    if sh.read(*command, "--format=value(status)", dry="FAILURE").strip() in ONGOING:
        sys.exit(
            f"Build {last.build} is releasing {last.commit}: wait for it, or"
            f" `gcloud builds cancel {last.build}`, which sends its requests back."
        )


def serving(sh: Shell, last: Release | None) -> dict[str, list[Made]]:
    """Return what each function's serving revisions are made of, the most asked one first.

    Nothing until a release has made something. Ends on a revision that no record knows: who moved
    requests there by hand can move them on.
    """
    if last is None or not last.made:
        sh.say("No release is recorded, so there is none to compare with.")
        return {}
    found: dict[str, list[Made]] = {}
    for name, service in cloud_run.services(sh).items():
        # A new function serves at once: its release may have failed before it was recorded.
        begun = dict.fromkeys(service.serves, Made(last.commit, last.job))
        known = last.made.get(name, begun)
        strange = [one for one in service.serves if one not in known]
        if strange:
            sys.exit(
                f"{name} serves {', '.join(strange)}, which no release is recorded of, so that"
                " nobody knows what it needs. Give it one that is, of"
                f" {', '.join(known) or 'which there is none'}: gcloud run services update-traffic"
                f" {name} {' '.join(shell.place().flags)} --to-revisions=REVISION=100"
            )
        found[name] = [known[one] for one in service.serves]
    return found


def commits(served: dict[str, list[Made]]) -> dict[str, str]:
    """Return the commits that all of it together is made of, each with the migrate job's image."""
    return {one.commit: one.job for made in served.values() for one in made}
