"""Asks each new revision at an address of its own, before any player does.

`python -m scripts.release.smoke`. Functions are closed to the internet, so the requests are sent
by a job inside the network. A trigger is reached by Google's services only: its revision has
started with its settings, or it would not be ready.
"""

import os
import sys
from collections.abc import Iterator

from scripts.release import cloud_run, records, release, shell
from scripts.release.cloud_run import Service
from scripts.release.release import Release
from scripts.release.shell import Shell

BUILDER = "builder:1"
NETWORK = "savepoint"
"""The network and its subnet, as terraform/modules/network names them."""


def main() -> None:
    """Tag the new revisions, ask them, and end with what they did not answer."""
    sh = shell.from_arguments(__doc__)
    found = cloud_run.services(sh, stage="new")
    moved = release.after(records.current(sh), found)
    release.save(sh, moved)
    broken = [f"{one.name}: {one.created} is not ready" for one in found.values() if unready(one)]
    if broken:
        sys.exit("\n".join(broken))
    for name, one in found.items():
        if one.image in moved.refused:
            sh.say(f"{name} stays at {one.serving}: {one.latest} was sent back.")
    cloud_run.tag(sh, {name: move.after for name, move in moved.changed().items()})
    wanted = list(doors(moved, cloud_run.services(sh, stage="new")))
    if not wanted:
        sh.say("No HTTP function changed.")
        return
    ask(sh, wanted)


def unready(one: Service) -> bool:
    """Tell whether a newer revision was made, but did not start."""
    return one.created != one.latest


def doors(moved: Release, found: dict[str, Service]) -> Iterator[str]:
    """Yield an address and the statuses that prove a function's own answer.

    A function that is new has nobody before it: what is asked there serves already.
    """
    asked = {name: found[name].candidate_url for name in moved.changed()}
    asked |= {name: found[name].url for name in moved.started()}
    for name, function in cloud_run.functions().items():
        if name in asked and function.trigger.http:
            http = function.trigger.http
            # 404 and 405: there are only routes below the prefix, or no GET.
            statuses = "200+404+405" if http.caller == "public" else "401+404+405"
            yield f"{asked[name]}{http.paths[0]}={statuses}"


def ask(sh: Shell, wanted: list[str]) -> None:
    """Run the builder's `check-urls` in a job inside the network."""
    place = shell.place()
    image = os.environ.get("BUILDER") or f"{place.repository}/{BUILDER}"
    account = f"smoke@{place.project}.iam.gserviceaccount.com"
    sh.run(
        *("gcloud", "run", "jobs", "deploy", "smoke", *place.flags, f"--image={image}"),
        *("--command=check-urls", f"--args={','.join(wanted)}", f"--service-account={account}"),
        *(f"--network={NETWORK}", f"--subnet={NETWORK}", "--vpc-egress=all-traffic"),
        *("--max-retries=0", "--execute-now", "--wait", "--quiet"),
    )


if __name__ == "__main__":
    main()
