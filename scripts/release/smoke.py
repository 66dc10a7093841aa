"""Tests each new revision at its own address: `python -m scripts.release.smoke`.

Functions do not accept traffic from the internet, so a job inside the network sends the requests.
Only Google's services can reach triggers, so no requests are sent to triggers. If a trigger's
revision is ready, the trigger started successfully with its configured settings.
"""

import os
import sys
from collections.abc import Iterator

from scripts.release import cloud_run, records, release, shell
from scripts.release.cloud_run import Service
from scripts.release.release import Release
from scripts.release.shell import Shell

BUILDER = "builder:2"
NETWORK = "savepoint"
"""The name of the network and its subnet, as defined in terraform/modules/network."""


def main() -> None:
    """Tag the new revisions and send them requests; exit if one is not ready or fails."""
    sh = shell.from_arguments(__doc__)
    found = cloud_run.services(sh, stage="new")
    moved = release.after(records.current(sh), found)
    release.save(sh, moved)
    broken = [f"{one.name}: {one.created} is not ready" for one in found.values() if unready(one)]
    if broken:
        sys.exit("\n".join(broken))
    for name, one in found.items():
        if one.image in moved.refused:
            sh.say(f"{name} stays at {one.serving}: {one.latest} was reverted.")
    cloud_run.tag(sh, {name: move.after for name, move in moved.changed().items()})
    expected = list(requests(moved, cloud_run.services(sh, stage="new")))
    if not expected:
        sh.say("No HTTP function changed.")
        return
    send(sh, expected)


def unready(one: Service) -> bool:
    """Return whether a newer revision was created but did not start."""
    return one.created != one.latest


def requests(moved: Release, found: dict[str, Service]) -> Iterator[str]:
    """Yield each new revision's URL with the statuses that only the function itself returns.

    A function that is deployed for the first time already receives traffic at its normal address.
    """
    urls = {name: found[name].candidate_url for name in moved.changed()}
    urls |= {name: found[name].url for name in moved.started()}
    for name, function in cloud_run.functions().items():
        if name in urls and function.trigger.http:
            http = function.trigger.http
            # 404 and 405 are accepted because the prefix may have no route or no GET method.
            statuses = "200+404+405" if http.caller == "public" else "401+404+405"
            yield f"{urls[name]}{http.paths[0]}={statuses}"


def send(sh: Shell, expected: list[str]) -> None:
    """Run the builder's `check-urls` in a job inside the network."""
    place = shell.place()
    image = os.environ.get("BUILDER") or f"{place.repository}/{BUILDER}"
    account = f"smoke@{place.project}.iam.gserviceaccount.com"
    sh.run(
        *("gcloud", "run", "jobs", "deploy", "smoke", *place.flags, f"--image={image}"),
        *("--command=check-urls", f"--args={','.join(expected)}", f"--service-account={account}"),
        *(f"--network={NETWORK}", f"--subnet={NETWORK}", "--vpc-egress=all-traffic"),
        *("--max-retries=0", "--execute-now", "--wait", "--quiet"),
    )


if __name__ == "__main__":
    main()
