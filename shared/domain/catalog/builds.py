"""Builds: the versions of a game, each with the marks that identify it on disk."""

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
from shared.runtime import clock, errors, sql
from shared.schema.catalog import game_build_marks, game_builds, games

HASHES = {
    "sha1": re.compile(r"[0-9a-f]{40}"),
    "sha512": re.compile(r"[0-9a-f]{128}"),
    "murmur2": re.compile(r"0|[1-9][0-9]{0,9}"),
}

Position = tuple[datetime, int]


class BuildMark(BaseModel):
    """A fact that identifies a build: a store's build id, or the hash of an executable.

    kind: the store's name, `sha1`, `sha512` or `murmur2`. SHA hashes are lower-case hex; murmur2
    (CurseForge's, seed 1) is a decimal number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]

    @model_validator(mode="after")
    def _check_hash(self) -> Self:
        pattern = HASHES.get(self.kind)
        if pattern is not None and not pattern.fullmatch(self.value):
            raise ValueError(f"not a valid {self.kind}")
        return self


class NewBuild(BaseModel):
    """A build to register for a game."""

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


def create(tx: Connection, uid: str, game_id: int, new: NewBuild) -> Build:
    """Register a build of a game.

    Raises NotFound, or Conflict if the game was merged or another build has one of the marks.
    """
    versioning.lock(tx)  # a concurrent registration of the same build must see this one
    require_game(tx, game_id)
    marks = sorted(set(new.marks), key=lambda mark: (mark.kind, mark.value))
    _require_new(tx, game_id, marks)
    row = {"game_id": game_id, "name": new.name, "released_at": new.released_at}
    result = tx.execute(insert(game_builds), row | {"created_by": uid, "created_at": clock.now()})
    build_id = result.lastrowid
    rows = [{"kind": mark.kind, "value": mark.value, "build_id": build_id} for mark in marks]
    tx.execute(insert(game_build_marks), rows)
    versioning.bump(tx)
    build = Build(
        build_id=str(build_id),
        game_id=str(game_id),
        name=new.name,
        released_at=new.released_at,
        marks=marks,
    )
    audit.record(tx, uid, "build.create", str(build_id), {"after": build.model_dump(mode="json")})
    return build


def require_game(conn: Connection, game_id: int) -> None:
    """Raise NotFound if the game does not exist, and Conflict if it was merged into another."""
    game = conn.execute(select(games.c.merged_into).where(games.c.game_id == game_id)).one_or_none()
    if game is None:
        raise errors.NotFound(f"no game has the id {game_id}")
    if game.merged_into is not None:
        raise errors.Conflict(f"game {game_id} was merged into game {game.merged_into}")


def _require_new(tx: Connection, game_id: int, marks: Iterable[BuildMark]) -> None:
    """Raise Conflict if a build of the game has one of these marks."""
    column = game_build_marks.c
    is_given = or_(*(and_(column.kind == m.kind, column.value == m.value) for m in marks))
    existing = tx.execute(
        select(column.kind, column.value, column.build_id)
        .join(game_builds, game_builds.c.build_id == column.build_id)
        .where(is_given, game_builds.c.game_id == game_id)
        .limit(1)
    ).one_or_none()
    if existing is not None:
        detail = f"{existing.kind} {existing.value} already identifies build {existing.build_id}"
        raise errors.Conflict(detail, build_id=str(existing.build_id))


def list_page(
    conn: Connection, game_id: int, after: Position | None, limit: int
) -> tuple[list[Build], Position | None]:
    """Return up to `limit` builds, newest first, and the position of the next page, or None."""
    require_game(conn, game_id)
    build = game_builds.c
    query = select(game_builds).where(build.game_id == game_id)
    if after is not None:
        at, build_id = after
        earlier = or_(build.released_at < at, build.build_id < build_id)
        query = query.where(build.released_at <= at, earlier)
    order = build.released_at.desc(), build.build_id.desc()
    rows, last = sql.page(
        conn, query.order_by(*order), limit, lambda row: (row.released_at, row.build_id)
    )
    return _builds(conn, rows), last


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
    marks = select(game_build_marks).where(mark.build_id.in_(builds))
    for row in conn.execute(marks.order_by(mark.kind, mark.value)) if builds else ():
        builds[row.build_id].marks.append(BuildMark(kind=row.kind, value=row.value))
    return list(builds.values())


def require_builds(conn: Connection, game_id: int, first: Id | None, last: Id | None) -> None:
    """Raise Unprocessable if a build belongs to another game or if `last` is older than `first`."""
    given = {name: id_ for name, id_ in (("first", first), ("last", last)) if id_ is not None}
    build = game_builds.c
    query = select(build.build_id, build.released_at).where(
        build.game_id == game_id, build.build_id.in_(map(int, given.values()))
    )
    released = {str(row.build_id): row.released_at for row in conn.execute(query)} if given else {}
    for name, build_id in given.items():
        if build_id not in released:
            raise errors.invalid_field(
                f"{name}_build_id", f"game {game_id} has no build {build_id}"
            )
    if first and last and released[first] > released[last]:
        raise errors.invalid_field(
            "last_build_id", f"build {last} was released before build {first}"
        )
