"""What one release moves: begun by `migrate`, completed by the later steps, kept beside the state.

So each step, a rollback and the next release know how far this one came, wherever they run.
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
"""How many revisions of each function are remembered."""


class State(StrEnum):
    """How far a release came; a canary that is worse goes BACK, a person makes one UNDONE."""

    BEGUN = "begun"
    MOVING = "moving"
    DONE = "done"
    BACK = "back"
    UNDONE = "undone"


@dataclass(frozen=True)
class Made:
    """What a revision was made of: a commit, the migrate job's image of it, and its own image.

    All are empty for what served before the first release was recorded.
    """

    commit: str = ""
    job: str = ""
    image: str = ""


@dataclass(frozen=True)
class Move:
    """One function's way from a revision to the next; no way when `after` is empty."""

    before: str
    after: str = ""


@dataclass(frozen=True)
class Release:
    """A commit, and what serves before and after it.

    address: where it is recorded.
    job: the migrate job's image of this commit.
    build: Cloud Build's id; empty when it is made by hand.
    held: functions that were asked too seldom to be compared; they stay as they were.
    refused: images that were worse or rolled back; they stay back until their function's code
        changes.
    made: by function, what its revisions are made of, the newest last.
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
        """Return the functions that have a revision before and another after."""
        return {name: one for name, one in self.moves.items() if one.before and one.after}

    def started(self) -> dict[str, Move]:
        """Return the functions that this release brings for the first time."""
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
"""What a dry run takes for the release: every function changed."""


def commit(sh: Shell) -> str:
    """Return the commit that is released."""
    told = os.environ.get("COMMIT_SHA")
    return told or sh.read("git", "rev-parse", "HEAD", dry="COMMIT").strip()


def begin(sh: Shell, last: Release | None) -> Release:
    """Return a release of this commit that has not changed anything yet."""
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
    """Add the revisions that get requests next: the newest ones that do not serve yet.

    An older build may have made them, and failed before it moved any request. All that are ready
    are what this commit says, since they are the newest after its plan was applied.
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
    """Record the release."""
    if not sh.dry:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text(release), encoding="utf-8")
    sh.run("gcloud", "storage", "cp", str(FILE), release.address)


def text(release: Release) -> str:
    """Return a release as it is recorded."""
    return _JSON.dump_json(release, indent=1).decode()


def parse(recorded: str) -> Release:
    """Read a release as `text` writes it; end when other code wrote it."""
    try:
        return _JSON.validate_json(recorded)
    except ValidationError as error:
        sys.exit(f"A release is recorded as this code does not know it; use newer code.\n{error}")


def folder() -> str:
    """Return where the environment's releases are recorded."""
    place = shell.place()
    return f"gs://{place.state_bucket}/releases/{place.environment}/"
