"""Builds of games: what a version of a game is called, and what it is known by on a disk."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from sqlalchemy import Connection, Row, and_, insert, or_, select

from shared.domain import audit
from shared.domain.catalog import versioning
from shared.domain.ids import Id
from shared.domain.text import Label
from shared.runtime import clock, errors
from shared.schema.catalog import game_build_marks, game_builds, games

HASHES = {
    "sha1": re.compile(r"[0-9a-f]{40}"),
    "sha512": re.compile(r"[0-9a-f]{128}"),
    "murmur2": re.compile(r"0|[1-9][0-9]{0,9}"),
}

Position = tuple[datetime, int]


class BuildMark(BaseModel):
    """A store's name and its id of the build, or sha1, sha512, murmur2 and that of an executable.

    Hashes are written in lower-case hex, a murmur2 (of CurseForge, with the seed 1) as a number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]

    @model_validator(mode="after")
    def _is_that_hash(self) -> Self:
        form = HASHES.get(self.kind)
        if form is not None and not form.fullmatch(self.value):
            raise ValueError(f"this is no {self.kind}")
        return self


class NewBuild(BaseModel):
    """A build as a creator tells of it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "1.62 hotfix 2",
                    "released_at": "2026-11-20T12:00:00Z",
                    "marks": [{"kind": "steam", "value": "12817491"}],
                }
            ]
        },
    )

    name: Label
    released_at: Annotated[AwareDatetime, BeforeValidator(clock.written_out)]
    marks: Annotated[list[BuildMark], Field(min_length=1, max_length=50)]


class Build(BaseModel):
    """A build of a game."""

    build_id: str
    game_id: str
    name: str
    released_at: datetime
    marks: list[BuildMark]


def create(tx: Connection, uid: str, game_id: int, wish: NewBuild) -> Build:
    """Add a build to a game; raise NotFound, or Conflict when a mark names another build of it."""
    versioning.lock(tx)  # of two who add the same build, the second one sees the first one's
    require_game(tx, game_id)
    marks = sorted(set(wish.marks), key=lambda mark: (mark.kind, mark.value))
    _refuse_known(tx, game_id, marks)
    row = {"game_id": game_id, "name": wish.name, "released_at": wish.released_at}
    made = tx.execute(insert(game_builds), row | {"created_by": uid, "created_at": clock.now()})
    build_id = made.lastrowid
    rows = [{"kind": mark.kind, "value": mark.value, "build_id": build_id} for mark in marks]
    tx.execute(insert(game_build_marks), rows)
    versioning.bump(tx)
    build = Build(
        build_id=str(build_id),
        game_id=str(game_id),
        name=wish.name,
        released_at=wish.released_at,
        marks=marks,
    )
    audit.record(tx, uid, "build.create", str(build_id), {"after": build.model_dump(mode="json")})
    return build


def require_game(conn: Connection, game_id: int) -> None:
    """Raise NotFound unless there is such a game, and Conflict when it went up in another one."""
    game = conn.execute(select(games.c.merged_into).where(games.c.game_id == game_id)).one_or_none()
    if game is None:
        raise errors.NotFound(f"no game has the id {game_id}")
    if game.merged_into is not None:
        raise errors.Conflict(f"the game {game_id} is the game {game.merged_into} now")


def _refuse_known(tx: Connection, game_id: int, marks: Iterable[BuildMark]) -> None:
    mark = game_build_marks.c
    named = or_(*(and_(mark.kind == one.kind, mark.value == one.value) for one in marks))
    known = tx.execute(
        select(mark.kind, mark.value, mark.build_id)
        .join(game_builds, game_builds.c.build_id == mark.build_id)
        .where(named, game_builds.c.game_id == game_id)
        .limit(1)
    ).one_or_none()
    if known is not None:
        detail = f"{known.kind} {known.value} is the build {known.build_id} already"
        raise errors.Conflict(detail, build_id=str(known.build_id))


def list_page(
    conn: Connection, game_id: int, after: Position | None, limit: int
) -> tuple[list[Build], Position | None]:
    """Return up to `limit` builds, the newest first, and the last one's place unless it ends."""
    require_game(conn, game_id)
    build = game_builds.c
    newest = select(game_builds).where(build.game_id == game_id)
    if after is not None:
        at, build_id = after
        earlier = or_(build.released_at < at, build.build_id < build_id)
        newest = newest.where(build.released_at <= at, earlier)
    order = build.released_at.desc(), build.build_id.desc()
    rows = conn.execute(newest.order_by(*order).limit(limit + 1)).all()
    shown = rows[:limit]
    last = (shown[-1].released_at, shown[-1].build_id) if len(rows) > limit else None
    return _builds(conn, shown), last


def _builds(conn: Connection, rows: Iterable[Row[tuple[object, ...]]]) -> list[Build]:
    builds = {
        row.build_id: Build(
            build_id=str(row.build_id),
            game_id=str(row.game_id),
            name=row.name,
            released_at=row.released_at,
            marks=[],
        )
        for row in rows
    }
    mark = game_build_marks.c
    listed = select(game_build_marks).where(mark.build_id.in_(builds))
    for row in conn.execute(listed.order_by(mark.kind, mark.value)) if builds else ():
        builds[row.build_id].marks.append(BuildMark(kind=row.kind, value=row.value))
    return list(builds.values())


def check_range(conn: Connection, game_id: int, first: Id | None, last: Id | None) -> None:
    """Raise Unprocessable unless both are builds of this game, in the order of their release."""
    asked = {name: one for name, one in (("first", first), ("last", last)) if one is not None}
    build = game_builds.c
    query = select(build.build_id, build.released_at).where(
        build.game_id == game_id, build.build_id.in_(map(int, asked.values()))
    )
    released = {str(row.build_id): row.released_at for row in conn.execute(query)} if asked else {}
    for name, one in asked.items():
        if one not in released:
            raise invalid(f"{name}_build_id", f"the game {game_id} has no build {one}")
    if first and last and released[first] > released[last]:
        raise invalid("last_build_id", f"the build {last} was released before the build {first}")


def invalid(field: str, detail: str) -> errors.Unprocessable:
    """Return the refusal of a member that is well-formed and does not fit what is known."""
    return errors.Unprocessable(f"{field}: {detail}", errors=[{"field": field, "detail": detail}])
