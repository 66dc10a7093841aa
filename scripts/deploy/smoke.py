"""Asks each new revision at an address of its own, before any player does.

`python -m scripts.deploy.smoke`. Functions are closed to the internet, so the requests are sent
by a job inside the network. A trigger is reached by Google's services only: its revision has
started with its settings, or it would not be ready.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.deploy import cloud_run, release, shell
from scripts.deploy.cloud_run import Service
from scripts.deploy.release import Move
from scripts.deploy.shell import Shell

KNOCK = Path(__file__).with_name("knock.py")
PYTHON_IMAGE = "python:3.11-slim"
SEPARATOR = "@@"
"""Stands between the job's arguments, where gcloud would take a comma for the end of one."""


def main() -> None:
    """Tag the new revisions, ask them, and end with what they did not answer."""
    sh = shell.from_arguments(__doc__)
    shell.need("NETWORK", "SUBNET", "SMOKE_ACCOUNT")
    found = cloud_run.services(sh, stage="new")
    moved = release.after(release.load(sh), found)
    release.save(sh, moved)
    broken = [f"{one.name}: {one.created} is not ready" for one in found.values() if unready(one)]
    if broken:
        sys.exit("\n".join(broken))
    for name, move in moved.changed().items():
        cloud_run.tag(sh, name, move.after)
    tagged = cloud_run.services(sh, stage="new")
    wanted = list(doors(moved.changed(), tagged))
    if not wanted:
        sh.say("No HTTP function changed.")
        return
    ask(sh, wanted)


def unready(one: Service) -> bool:
    """Tell whether a newer revision was made, but did not start."""
    return one.created != one.latest


def doors(changed: dict[str, Move], found: dict[str, Service]) -> Iterator[str]:
    """Yield an address and the statuses that prove a function's own answer."""
    for name, function in cloud_run.functions().items():
        if name in changed and function.trigger.http:
            http = function.trigger.http
            # 404 and 405: there are only routes below the prefix, or no GET.
            statuses = "200,404,405" if http.caller == "public" else "401,404,405"
            yield f"{found[name].candidate_url}{http.paths[0]}={statuses}"


def ask(sh: Shell, wanted: list[str]) -> None:
    """Run `knock` in a job inside the network."""
    project, region, network, subnet, account = shell.need(
        "PROJECT_ID", "REGION", "NETWORK", "SUBNET", "SMOKE_ACCOUNT"
    )
    words = SEPARATOR.join(["-c", KNOCK.read_text(encoding="utf-8"), *wanted])
    sh.run(
        *("gcloud", "run", "jobs", "deploy", "smoke"),
        *(f"--project={project}", f"--region={region}", f"--image={PYTHON_IMAGE}"),
        *("--command=python3", f"--args=^{SEPARATOR}^{words}", f"--service-account={account}"),
        *(f"--network={network}", f"--subnet={subnet}", "--vpc-egress=all-traffic"),
        *("--max-retries=0", "--execute-now", "--wait", "--quiet"),
    )


if __name__ == "__main__":
    main()
