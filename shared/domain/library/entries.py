"""A player's library: which games are on which of their installations.

No paths: they hold people's names, and whoever wants to know a program's place asks its machine.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Select, func, select

from shared.domain.ids import Id
from shared.runtime import clock, errors, sql
from shared.schema.catalog import game_builds, games
from shared.schema.library import installations, library_entries

MOST_INSTALLATIONS = 50
MOST_ENTRIES = 20_000
"""In all installations of a player: what one export holds, and one read of a library walks."""

_entry, _installation = library_entries.c, installations.c


class InstalledGame(BaseModel):
    """A game on an installation's disks, and its build where that is known."""

    model_config = ConfigDict(
        strict=True, json_schema_extra={"examples": [{"game_id": "3255", "build_id": "12"}]}
    )
    item_id: ClassVar[str] = "game_id"
    max_items: ClassVar[int] = 5000

    game_id: Id
    build_id: Id | None = None


@dataclass(frozen=True)
class Refusal:
    """A game that was not stored, by its index in the list, and why."""

    index: int
    game_id: str
    detail: str


class Replaced(NamedTuple):
    """What an installation holds now."""

    entries: int
    replaced_at: datetime
    refused: list[Refusal]


class InstalledCopy(BaseModel):
    """Where a game is, and in which build as far as that is known."""

    install_id: str
    build_id: str | None = None


class LibraryGame(BaseModel):
    """A game that is on at least one of the player's installations."""

    game_id: str
    title: str
    installations: list[InstalledCopy]


def replace(
    tx: Connection, uid: str, install_id: str, held: Sequence[tuple[int, InstalledGame]]
) -> Replaced:
    """Store exactly these games, each with its index, for an installation; refuse unknown ones.

    Concurrent calls run one after the other. Raises Conflict when the player would have too many
    installations or entries.
    """
    _lock(tx, uid)
    rows, refused = _screened(tx, held)
    now = clock.now()
    mine = {"uid": uid, "install_id": install_id}
    head = {**mine, "entries": len(rows), "replaced_at": now}
    sql.upsert(tx, installations, [head], ["entries", "replaced_at"])
    _limit(tx, uid)
    tx.execute(library_entries.delete().where(_entry.uid == uid, _entry.install_id == install_id))
    sql.upsert(tx, library_entries, [{**mine, **row} for row in rows], ["build_id"])
    return Replaced(len(rows), now, refused)


def _lock(tx: Connection, uid: str) -> None:
    """Let a player's replacements follow each other: no two may both take the last place.

    By a row that nobody else ever sees, for a new player has none that could be locked.
    """
    row = {"uid": uid, "install_id": "", "entries": 0, "replaced_at": clock.now()}
    sql.upsert(tx, installations, [row], ["entries"])
    tx.execute(
        installations.delete().where(_installation.uid == uid, _installation.install_id == "")
    )


def _screened(
    tx: Connection, held: Sequence[tuple[int, InstalledGame]]
) -> tuple[list[dict[str, int | None]], list[Refusal]]:
    """Return the rows to store, each game once under its current id, and what is refused."""
    present = _present(tx, {int(one.game_id) for _, one in held})
    builds = _games_of_builds(tx, {int(one.build_id) for _, one in held if one.build_id})
    rows: dict[int, int | None] = {}
    refused = []
    for index, one in held:
        game_id = present.get(int(one.game_id))
        build_id = int(one.build_id) if one.build_id else None
        if game_id is None:
            refused.append(Refusal(index, one.game_id, "game_id: no game has this id"))
        elif build_id and builds.get(build_id) != game_id:
            refused.append(Refusal(index, one.game_id, "build_id: the game has no such build"))
        else:
            rows[game_id] = build_id
    return [{"game_id": game_id, "build_id": rows[game_id]} for game_id in sorted(rows)], refused


def _limit(tx: Connection, uid: str) -> None:
    sums = select(func.count(), func.sum(_installation.entries)).where(_installation.uid == uid)
    number, held = tx.execute(sums).one()
    if number > MOST_INSTALLATIONS or held > MOST_ENTRIES:
        raise errors.Conflict(
            f"a player has at most {MOST_INSTALLATIONS} installations with {MOST_ENTRIES} entries"
            " in all: delete one first"
        )


def delete(tx: Connection, uid: str, install_id: str) -> None:
    """Forget an installation; raise NotFound when there is none."""
    mine = _installation.uid == uid, _installation.install_id == install_id
    if not tx.execute(installations.delete().where(*mine)).rowcount:
        raise errors.NotFound("the player has no such installation")
    tx.execute(library_entries.delete().where(_entry.uid == uid, _entry.install_id == install_id))


def list_page(
    conn: Connection, uid: str, after: int, limit: int
) -> tuple[list[LibraryGame], int | None]:
    """Return up to `limit` games with an id above `after`, and where the next page starts.

    A game that was merged into another since it was stored is shown as that one.
    """
    stored = conn.scalars(select(_entry.game_id).where(_entry.uid == uid).distinct())
    present = _present(conn, set(stored))
    ids = sorted({game_id for game_id in present.values() if game_id > after})
    shown = set(ids[:limit])
    held = [old for old, new in present.items() if new in shown]
    where: dict[int, dict[str, InstalledCopy]] = defaultdict(dict)
    for game_id, install_id, build_id in conn.execute(_places(uid, held)) if held else ():
        place = InstalledCopy(install_id=install_id, build_id=build_id and str(build_id))
        where[present[game_id]][install_id] = place
    titles = _titles(conn, shown)
    found = [
        LibraryGame(game_id=str(one), title=titles[one], installations=list(where[one].values()))
        for one in ids[:limit]
    ]
    return found, ids[limit - 1] if len(ids) > limit else None


def _places(uid: str, game_ids: Collection[int]) -> Select[Any]:
    return (
        select(_entry.game_id, _entry.install_id, _entry.build_id)
        .where(_entry.uid == uid, _entry.game_id.in_(game_ids))
        .order_by(_entry.install_id, _entry.game_id)
    )


def _present(conn: Connection, ids: Collection[int]) -> dict[int, int]:
    """Return for each known game the id that it has now, however often it was merged."""
    into: dict[int, int | None] = {}
    asked = set(ids)
    while asked:
        rows = select(games.c.game_id, games.c.merged_into).where(games.c.game_id.in_(asked))
        found = {row.game_id: row.merged_into for row in conn.execute(rows)}
        into |= found
        asked = {target for target in found.values() if target} - into.keys()

    def end(game_id: int) -> int:
        target = into[game_id]
        return game_id if target is None else end(target)

    return {game_id: end(game_id) for game_id in ids if game_id in into}


def _games_of_builds(conn: Connection, ids: Collection[int]) -> dict[int, int]:
    if not ids:
        return {}
    builds = select(game_builds.c.build_id, game_builds.c.game_id)
    return {row[0]: row[1] for row in conn.execute(builds.where(game_builds.c.build_id.in_(ids)))}


def _titles(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    titles = select(games.c.game_id, games.c.title).where(games.c.game_id.in_(ids))
    return {row.game_id: row.title for row in conn.execute(titles)}
