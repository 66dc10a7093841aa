"""What one release moves: begun by `migrate`, completed by the later steps, kept beside the state.

Each step reads what the one before wrote to build/release.json; the same text lies in the bucket,
so that a rollback, and the next release, know how far this one came.
"""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import TypeAdapter

from scripts.deploy import BUILD, cloud_run, image, shell
from scripts.deploy.cloud_run import Service
from scripts.deploy.shell import Shell

FILE = BUILD / "release.json"


class State(StrEnum):
    """How far a release came; a canary that is worse goes BACK, a person makes one UNDONE."""

    BEGUN = "begun"
    MOVING = "moving"
    DONE = "done"
    BACK = "back"
    UNDONE = "undone"


@dataclass(frozen=True)
class Made:
    """What a revision was made of: a commit, and the migrate job's image of that commit.

    Both are empty for what served before the first release was recorded.
    """

    commit: str = ""
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
    build: Cloud Build's id; empty when it is made by hand.
    held: functions that were asked too seldom to be compared; they stay as they were.
    refused: revisions that were worse or rolled back; they stay back until their function changes.
    made: by function, what the revisions are made of that serve or may be gone back to.
    """

    address: str
    commit: str
    image: str
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
    image="IMAGE",
    build="BUILD",
    state=State.MOVING,
    moves={name: Move(f"{name}-OLD", f"{name}-NEW") for name in cloud_run.functions()},
    made={
        name: {f"{name}-{age}": Made("COMMIT", "IMAGE") for age in ("OLD", "NEW")}
        for name in cloud_run.functions()
    },
)
"""What a dry run takes for the release: every function changed."""


def begin(sh: Shell, last: Release | None) -> Release:
    """Return a release of this commit that has not changed anything yet."""
    at = "NOW" if sh.dry else datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    told = os.environ.get("COMMIT_SHA")
    commit = told or sh.read("git", "rev-parse", "HEAD", dry="COMMIT").strip()
    return Release(
        address=f"{folder()}{at}-{commit[:12]}.json",
        commit=commit,
        image=image.name(sh),
        build=os.environ.get("BUILD_ID", ""),
        refused=last.refused if last else [],
        made=last.made if last else {},
    )


def after(release: Release, now: dict[str, Service]) -> Release:
    """Add the revisions that get requests next: the newest ones that do not serve yet.

    An older build may have made them, and failed before it moved any request. All are what this
    commit says, since they are the newest after its plan was applied.
    """
    moves, made = {}, {}
    this = Made(release.commit, release.image)
    for name, one in now.items():
        before = release.moves.get(name, Move("")).before
        stays = one.latest == before or one.latest in release.refused
        moves[name] = Move(before, "" if stays else one.latest)
        known = release.made.get(name, {})
        made[name] = {before: known.get(before, Made())} if before else {}
        made[name][one.latest] = this
    newest = {one.latest for one in now.values()}
    refused = [one for one in release.refused if one in newest]
    return replace(release, moves=moves, made=made, refused=refused)


def save(sh: Shell, release: Release) -> None:
    """Write the release for the next step, and record it."""
    if not sh.dry:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_bytes(_JSON.dump_json(release, indent=1))
    sh.run("gcloud", "storage", "cp", str(FILE), release.address)


def load(sh: Shell) -> Release:
    """Read what the step before wrote; a dry run pretends that every function changed."""
    if sh.dry:
        return EXAMPLE
    if not FILE.exists():
        raise SystemExit(f"{FILE.name} is not there: run `python -m scripts.deploy.migrate` first.")
    return parse(FILE.read_text(encoding="utf-8"))


def parse(text: str) -> Release:
    """Read a release as `save` writes it."""
    return _JSON.validate_json(text)


def folder() -> str:
    """Return where the environment's releases are recorded."""
    place = shell.place()
    return f"gs://{place.state_bucket}/releases/{place.environment}/"
