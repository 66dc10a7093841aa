"""The record of one release, which `migrate` creates in the Terraform state bucket.

Later steps, rollbacks and the next release read the release's progress from this record.
"""

import os
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from scripts.release import BUILD, cloud_run, shell
from scripts.release import image as image_
from scripts.release.cloud_run import Service
from scripts.release.shell import Shell

FILE = BUILD / "release.json"
KNOWN = 20
"""The number of revisions recorded for each function."""


class State(StrEnum):
    """A release's progress. BACK: reverted by the canary. UNDONE: rolled back by a person."""

    BEGUN = "begun"
    MOVING = "moving"
    DONE = "done"
    BACK = "back"
    UNDONE = "undone"


@dataclass(frozen=True)
class Made:
    """A revision's origin: its commit, the commit's migrate job image, and the revision's image.

    All fields are empty for revisions that predate the first recorded release.
    """

    commit: str = ""
    job: str = ""
    image: str = ""


@dataclass(frozen=True)
class Move:
    """A function's change from one revision to the next. `after` is empty if nothing changes."""

    before: str
    after: str = ""


@dataclass(frozen=True)
class Release:
    """A commit, with the revisions that receive traffic before and after its release.

    address: the location of the record.
    job: the image of this commit's migrate job.
    build: the Cloud Build id; empty for a manual release.
    held: the functions with too few requests to compare; their traffic is not moved.
    refused: images that were reverted or rolled back; promotion skips these images.
    made: the origins of each function's revisions, newest last.
    """

    address: str
    commit: str
    job: str
    build: str = ""
    state: State = State.BEGUN
    moves: dict[str, Move] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    made: dict[str, dict[str, Made]] = field(default_factory=dict)

    def changed(self) -> dict[str, Move]:
        """Return the functions that this release moves from one revision to another."""
        return {name: one for name, one in self.moves.items() if one.before and one.after}

    def started(self) -> dict[str, Move]:
        """Return the functions that this release deploys for the first time."""
        return {name: one for name, one in self.moves.items() if not one.before}


_JSON = TypeAdapter(Release)

EXAMPLE = Release(
    address="gs://PROJECT-terraform/releases/ENVIRONMENT/RECORD.json",
    commit="COMMIT",
    job="IMAGE",
    build="BUILD",
    state=State.MOVING,
    moves={name: Move(f"{name}-OLD", f"{name}-NEW") for name in cloud_run.functions()},
    made={
        name: {f"{name}-{age}": Made("COMMIT", "IMAGE", age) for age in ("OLD", "NEW")}
        for name in cloud_run.functions()
    },
)
"""The example release of a dry run, in which every function changes."""


def commit(sh: Shell) -> str:
    """Return the commit to release."""
    built = os.environ.get("COMMIT_SHA")
    return built or sh.read("git", "rev-parse", "HEAD", dry="COMMIT").strip()


def begin(sh: Shell, last: Release | None) -> Release:
    """Return the record of a new release of this commit."""
    at = "NOW" if sh.dry else datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    ours = commit(sh)
    return Release(
        address=f"{folder()}{at}-{ours[:12]}.json",
        commit=ours,
        job=image_.name(sh),
        build=os.environ.get("BUILD_ID", ""),
        refused=last.refused if last else [],
        made=last.made if last else {},
    )


def after(release: Release, now: dict[str, Service]) -> Release:
    """Add the revisions that receive traffic next: the newest ones that have no traffic yet.

    The newest revision may come from an older build that failed before it moved traffic. Every
    newest ready revision matches this commit, because the commit's plan has been applied.
    """
    moves, made = {}, {}
    for name, one in now.items():
        before = release.moves.get(name, Move("")).before
        stays = one.latest == before or one.image in release.refused
        moves[name] = Move(before, "" if stays else one.latest)
        known = dict(release.made.get(name, {}))
        if before:
            known.setdefault(before, Made())
        if one.created == one.latest:
            known.pop(one.latest, None)
            known[one.latest] = Made(release.commit, release.job, one.image)
        made[name] = dict(list(known.items())[-KNOWN:])
    newest = {one.image for one in now.values()}
    refused = [one for one in release.refused if one in newest]
    return replace(release, moves=moves, made=made, refused=refused)


def save(sh: Shell, release: Release) -> None:
    """Store the record of the release."""
    if not sh.dry:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text(release), encoding="utf-8")
    sh.run("gcloud", "storage", "cp", str(FILE), release.address)


def text(release: Release) -> str:
    """Return a release as JSON."""
    return _JSON.dump_json(release, indent=1).decode()


def parse(recorded: str) -> Release:
    """Parse a release record; exit if the record was written by incompatible code."""
    try:
        return _JSON.validate_json(recorded)
    except ValidationError as error:
        sys.exit(f"A release was recorded in an unknown format; use newer code.\n{error}")


def folder() -> str:
    """Return the folder of the environment's records."""
    place = shell.place()
    return f"gs://{place.state_bucket}/releases/{place.environment}/"
