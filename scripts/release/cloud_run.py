"""The functions as Cloud Run has them: what serves, what is newest, what is tagged."""

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
    """One function in the cloud.

    serves: the revisions that requests reach, the most asked one first.
    latest: the newest revision that is ready.
    created: the newest revision, ready or not.
    image: what the newest revision was made from.
    url: the address of what serves.
    candidate_url: the address of the revision that is tagged as the candidate.
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
        """Return the revision that most requests reach; of two halves the older one."""
        return self.serves[0] if self.serves else ""


@cache
def functions() -> dict[str, Manifest]:
    """Return the repository's functions by the names of their services."""
    return {one.service: one for one in manifest.discover([ROOT]).values()}


def services(sh: Shell, *, stage: str = "running") -> dict[str, Service]:
    """Return those of the repository's functions that are deployed; `stage` is for a dry run."""
    flags = shell.place().flags
    ours = functions()
    listed = sh.read_json(
        *("gcloud", "run", "services", "list"),
        *(*flags, "--format=json"),
        dry=[_example(name, stage) for name in ours],
    )
    found = [parse(one) for one in listed]
    return {one.name: one for one in found if one.name in ours}


def parse(raw: Mapping[str, Any]) -> Service:
    """Read one service as `gcloud run services list --format=json` writes it."""
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

    One revision is "running"; then a "new" one is ready, which has "moved" requests to it.
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
    """Give each function's revisions, by name, their shares of its requests."""
    splits = {
        name: ",".join(f"{revision}={percent}" for revision, percent in split.items())
        for name, split in shares.items()
    }
    _update(sh, {name: (f"--to-revisions={split}", *also) for name, split in splits.items()})


def tag(sh: Shell, revisions: Mapping[str, str]) -> None:
    """Give a revision of each function an address of its own."""
    _update(sh, {name: (f"--update-tags={TAG}={one}",) for name, one in revisions.items()})


def _update(sh: Shell, changes: Mapping[str, tuple[str, ...]]) -> None:
    """Change several functions at a time; one that fails does not keep the others from it."""
    command = ("gcloud", "run", "services", "update-traffic")
    flags = (*shell.place().flags, "--quiet")
    with ThreadPoolExecutor(1 if sh.dry else AT_A_TIME) as pool:
        started = [
            pool.submit(sh.run, *command, name, *change, *flags) for name, change in changes.items()
        ]
    for one in started:
        one.result()
