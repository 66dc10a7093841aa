"""What one release moves: written by `pin`, read by the later steps, kept in the state's bucket."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from scripts.deploy import BUILD, cloud_run, shell
from scripts.deploy.cloud_run import Service
from scripts.deploy.shell import Shell

FILE = BUILD / "release.json"


@dataclass(frozen=True)
class Move:
    """One function's way from a revision to the next."""

    before: str
    after: str = ""
    latest: str = ""
    """The newest revision when the release began: what is newer was made by it."""


@dataclass(frozen=True)
class Release:
    """A commit, and what serves before and after it; a held function stays as it was."""

    commit: str
    image: str
    moves: dict[str, Move]
    held: list[str] = field(default_factory=list)

    def changed(self) -> dict[str, Move]:
        """Return the functions that have a revision before and another after."""
        return {name: one for name, one in self.moves.items() if one.before and one.after}

    def started(self) -> dict[str, Move]:
        """Return the functions that this release brings for the first time."""
        return {name: one for name, one in self.moves.items() if not one.before}


EXAMPLE = Release(
    "COMMIT", "IMAGE", {name: Move(f"{name}-OLD", f"{name}-NEW") for name in cloud_run.functions()}
)
"""What a dry run takes for the release: every function changed."""


def after(release: Release, now: dict[str, Service]) -> Release:
    """Add the revisions that the deployment made.

    What was the newest before is none of them: a revision that was rolled back stays so until its
    function changes.
    """
    moves = {name: replace(one, after="") for name, one in release.moves.items()}
    for name, service in now.items():
        known = moves.get(name, Move(before=""))
        if service.latest != known.latest:
            moves[name] = replace(known, after=service.latest)
    return replace(release, moves=moves)


def save(sh: Shell, release: Release) -> None:
    """Write the release for the next step."""
    if not sh.dry:
        BUILD.mkdir(exist_ok=True)
        FILE.write_text(json.dumps(asdict(release), indent=1), encoding="utf-8")


def load(sh: Shell) -> Release:
    """Read what the step before wrote; a dry run pretends that every function changed."""
    if sh.dry:
        return EXAMPLE
    if not FILE.exists():
        raise SystemExit(f"{FILE.name} is not there: run `python -m scripts.deploy.pin` first.")
    return parse(json.loads(FILE.read_text(encoding="utf-8")))


def begun(commit: str, image: str, now: dict[str, Service]) -> Release:
    """Return a release that has not changed anything yet."""
    moves = {name: Move(one.serving, "", one.latest) for name, one in now.items()}
    return Release(commit, image, moves)


def parse(raw: dict[str, Any]) -> Release:
    """Read a release as `save` writes it."""
    moves = {name: Move(**one) for name, one in raw["moves"].items()}
    return Release(raw["commit"], raw["image"], moves, raw["held"])


def folder() -> str:
    """Return where the environment's releases are recorded."""
    place = shell.place()
    return f"gs://{place.state_bucket}/releases/{place.environment}/"


def names(sh: Shell, place: str) -> list[str]:
    """Return the addresses of the records in a folder, the oldest first."""
    # Older versions are listed too, those of records that were moved away among them.
    options = ("--filter=NOT noncurrent_time:*", "--format=value(name)")
    command = ("gcloud", "storage", "objects", "list", f"{place}*.json", *options)
    listed = sh.read(*command, dry="20260101T000000Z-COMMIT.json")
    return sorted(place + one.rsplit("/", 1)[-1] for one in listed.split())


def recorded(sh: Shell, address: str) -> Release:
    """Read one record."""
    return parse(sh.read_json("gcloud", "storage", "cat", address, dry=asdict(EXAMPLE)))
