"""A player's library: the games on each of the player's installations.

Paths are not stored, because they may contain people's names and differ between installations.
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

MAX_INSTALLATIONS = 50
MAX_ENTRIES = 20_000
"""The total across a player's installations, because an export or a read covers all of them."""

_entry, _installation = library_entries.c, installations.c


class InstalledGame(BaseModel):
    """A game on an installation, and its build if known."""

    model_config = ConfigDict(
        strict=True, json_schema_extra={"examples": [{"game_id": "3255", "build_id": "12"}]}
    )
    item_id: ClassVar[str] = "game_id"
    max_items: ClassVar[int] = 5000

    game_id: Id
    build_id: Id | None = None


@dataclass(frozen=True)
class RejectedEntry:
    """A game that was not stored: its index in the request, and the reason."""

    index: int
    game_id: str
    detail: str


class Replaced(NamedTuple):
    """The result of replacing a library: the number of games stored, and the rejected entries."""

    entries: int
    replaced_at: datetime
    refused: list[RejectedEntry]


class InstalledCopy(BaseModel):
    """An installation that has the game, and the build if known."""

    install_id: str
    build_id: str | None = None


class LibraryGame(BaseModel):
    """A game on at least one of the player's installations."""

    game_id: str
    title: str
    installations: list[InstalledCopy]


def replace(
    tx: Connection, uid: str, install_id: str, held: Sequence[tuple[int, InstalledGame]]
) -> Replaced:
    """Replace an installation's games with the given ones, rejecting only unknown games.

    Concurrent calls run one after the other. Raises Conflict if the player would have too many
    installations or entries.
    """
    _lock(tx, uid)
    rows, refused = _screened(tx, held)
    now = clock.now()
    mine = {"uid": uid, "install_id": install_id}
    head = {**mine, "entries": len(rows), "replaced_at": now}
    sql.upsert(tx, installations, [head], ["entries", "replaced_at"])
    _check_limits(tx, uid)
    tx.execute(library_entries.delete().where(_entry.uid == uid, _entry.install_id == install_id))
    sql.upsert(tx, library_entries, [{**mine, **row} for row in rows], ["build_id"])
    return Replaced(len(rows), now, refused)


def _lock(tx: Connection, uid: str) -> None:
    """Serialise a player's library updates so that concurrent ones cannot exceed the limits.

    A new player has no row to lock, so a temporary one is inserted and deleted.
    """
    row = {"uid": uid, "install_id": "", "entries": 0, "replaced_at": clock.now()}
    sql.upsert(tx, installations, [row], ["entries"])
    tx.execute(
        installations.delete().where(_installation.uid == uid, _installation.install_id == "")
    )


def _screened(
    tx: Connection, held: Sequence[tuple[int, InstalledGame]]
) -> tuple[list[dict[str, int | None]], list[RejectedEntry]]:
    """Return the rows to store, each game once under its current id, and the rejected entries."""
    current = _current_ids(tx, {int(one.game_id) for _, one in held})
    builds = _games_of_builds(tx, {int(one.build_id) for _, one in held if one.build_id})
    rows: dict[int, int | None] = {}
    refused = []
    for index, one in held:
        game_id = current.get(int(one.game_id))
        build_id = int(one.build_id) if one.build_id else None
        if game_id is None:
            refused.append(RejectedEntry(index, one.game_id, "game_id: no game has this id"))
        elif build_id and builds.get(build_id) != game_id:
            refused.append(
                RejectedEntry(index, one.game_id, "build_id: the game has no such build")
            )
        else:
            rows[game_id] = build_id
    return [{"game_id": game_id, "build_id": rows[game_id]} for game_id in sorted(rows)], refused


def _check_limits(tx: Connection, uid: str) -> None:
    sums = select(func.count(), func.sum(_installation.entries)).where(_installation.uid == uid)
    number, stored = tx.execute(sums).one()
    if number > MAX_INSTALLATIONS or stored > MAX_ENTRIES:
        raise errors.Conflict(
            f"a player may have at most {MAX_INSTALLATIONS} installations with {MAX_ENTRIES}"
            " entries in total: delete an installation first"
        )


def delete(tx: Connection, uid: str, install_id: str) -> None:
    """Delete an installation and its entries; raise NotFound if it does not exist."""
    mine = _installation.uid == uid, _installation.install_id == install_id
    if not tx.execute(installations.delete().where(*mine)).rowcount:
        raise errors.NotFound("the player has no such installation")
    tx.execute(library_entries.delete().where(_entry.uid == uid, _entry.install_id == install_id))


def list_page(
    conn: Connection, uid: str, after: int, limit: int
) -> tuple[list[LibraryGame], int | None]:
    """Return up to `limit` games with an id above `after`, and the last id if more follow.

    A game that was merged after it was stored is shown as its survivor.
    """
    stored = conn.scalars(select(_entry.game_id).where(_entry.uid == uid).distinct())
    current = _current_ids(conn, set(stored))
    ids = sorted({game_id for game_id in current.values() if game_id > after})
    shown = set(ids[:limit])
    stored_ids = [old for old, new in current.items() if new in shown]
    copies: dict[int, dict[str, InstalledCopy]] = defaultdict(dict)
    for game_id, install_id, build_id in (
        conn.execute(_copies(uid, stored_ids)) if stored_ids else ()
    ):
        copy = InstalledCopy(install_id=install_id, build_id=build_id and str(build_id))
        copies[current[game_id]][install_id] = copy
    titles = _titles(conn, shown)
    listed = [
        LibraryGame(game_id=str(one), title=titles[one], installations=list(copies[one].values()))
        for one in ids[:limit]
    ]
    return listed, ids[limit - 1] if len(ids) > limit else None


def _copies(uid: str, game_ids: Collection[int]) -> Select[Any]:
    return (
        select(_entry.game_id, _entry.install_id, _entry.build_id)
        .where(_entry.uid == uid, _entry.game_id.in_(game_ids))
        .order_by(_entry.install_id, _entry.game_id)
    )


def _current_ids(conn: Connection, ids: Collection[int]) -> dict[int, int]:
    """Return the current id of each known game, following merges."""
    into: dict[int, int | None] = {}
    pending = set(ids)
    while pending:
        rows = select(games.c.game_id, games.c.merged_into).where(games.c.game_id.in_(pending))
        targets = {row.game_id: row.merged_into for row in conn.execute(rows)}
        into |= targets
        pending = {target for target in targets.values() if target} - into.keys()

    def final(game_id: int) -> int:
        target = into[game_id]
        return game_id if target is None else final(target)

    return {game_id: final(game_id) for game_id in ids if game_id in into}


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
