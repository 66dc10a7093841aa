"""Reads and changes the functions' Cloud Run services: revisions, tags and traffic."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

from scripts.release import ROOT, shell
from scripts.release.shell import Shell
from shared.runtime import manifest
from shared.runtime.manifest import Manifest

TAG = "candidate"
UNTAG = f"--remove-tags={TAG}"
AT_A_TIME = 8


@dataclass(frozen=True)
class Service:
    """A deployed function.

    serves: the revisions that receive traffic, in descending order of traffic.
    latest: the newest revision that is ready.
    created: the newest revision, ready or not.
    image: the image of the newest revision.
    url: the address of the serving revisions.
    candidate_url: the address of the revision tagged as the candidate.
    """

    name: str
    serves: tuple[str, ...]
    latest: str
    created: str
    is_pinned: bool
    image: str
    url: str
    candidate_url: str

    @property
    def serving(self) -> str:
        """Return the revision with the most traffic, or the older one if two have half each."""
        return self.serves[0] if self.serves else ""


@cache
def functions() -> dict[str, Manifest]:
    """Return the repository's functions by service name."""
    return {one.service: one for one in manifest.discover([ROOT]).values()}


def services(sh: Shell, *, stage: str = "running") -> dict[str, Service]:
    """Return this repository's deployed functions; `stage` applies only to dry runs."""
    command = ("gcloud", "run", "services", "list", *shell.place().flags, "--format=json")
    listed = sh.read_json(*command, dry=[_example(name, stage) for name in functions()])
    found = [parse(one) for one in listed]
    return {one.name: one for one in found if one.name in functions()}


def parse(raw: Mapping[str, Any]) -> Service:
    """Parse a service from the output of `gcloud run services list --format=json`."""
    status = raw["status"]
    traffic = status.get("traffic", [])
    latest = status.get("latestReadyRevisionName", "")
    shares: dict[str, int] = {}
    for one in traffic:
        if one.get("percent"):
            revision = one.get("revisionName") or latest
            shares[revision] = shares.get(revision, 0) + one["percent"]
    return Service(
        name=raw["metadata"]["name"],
        serves=tuple(sorted(shares, key=lambda one: (-shares[one], one == latest))),
        latest=latest,
        created=status.get("latestCreatedRevisionName", ""),
        is_pinned=not any(one.get("latestRevision") and one.get("percent") for one in traffic),
        image=raw["spec"]["template"]["spec"]["containers"][0]["image"],
        url=status.get("url", ""),
        candidate_url=next((one["url"] for one in traffic if one.get("tag") == TAG), ""),
    )


def _example(name: str, stage: str) -> dict[str, Any]:
    """Return a service for a dry run.

    stage: "new" and "moved" have a second revision, which receives traffic only in "moved".
    """
    newest = f"{name}-OLD" if stage == "running" else f"{name}-NEW"
    serving = newest if stage == "moved" else f"{name}-OLD"
    tagged = {"tag": TAG, "revisionName": newest, "url": f"https://{TAG}---{name}.example"}
    return {
        "metadata": {"name": name},
        "spec": {"template": {"spec": {"containers": [{"image": f"{name}:HASH"}]}}},
        "status": {
            "latestReadyRevisionName": newest,
            "latestCreatedRevisionName": newest,
            "traffic": [
                {"percent": 100, "revisionName": serving, "latestRevision": True},
                *([tagged] if stage == "new" else []),
            ],
        },
    }


def move(sh: Shell, shares: Mapping[str, Mapping[str, int]], *also: str) -> None:
    """Set the traffic shares of each function's revisions."""
    splits = {
        name: ",".join(f"{revision}={percent}" for revision, percent in split.items())
        for name, split in shares.items()
    }
    _update(sh, {name: (f"--to-revisions={split}", *also) for name, split in splits.items()})


def tag(sh: Shell, revisions: Mapping[str, str]) -> None:
    """Tag one revision of each function as the candidate, which gives the revision its own URL."""
    _update(sh, {name: (f"--update-tags={TAG}={one}",) for name, one in revisions.items()})


def _update(sh: Shell, changes: Mapping[str, tuple[str, ...]]) -> None:
    """Change several functions in parallel; a failure does not stop the others."""
    command = ("gcloud", "run", "services", "update-traffic")
    flags = (*shell.place().flags, "--quiet")
    with ThreadPoolExecutor(1 if sh.dry else AT_A_TIME) as pool:
        started = [
            pool.submit(sh.run, *command, name, *change, *flags) for name, change in changes.items()
        ]
    for one in started:
        one.result()
