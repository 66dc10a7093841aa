"""Whose game a record of an import is: by store id, then Discord id, then title.

One list names a game once. So a game that a record of an import took is no other record's of it:
two games of a list that share a store id stay two, and both have it.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, or_, select

from shared.domain import text
from shared.domain.catalog import facts as game_facts
from shared.domain.catalog.facts import Facts
from shared.runtime import clock, sql
from shared.schema.catalog import game_names, game_stores, games, import_claims

_claims = import_claims.c


@dataclass
class ImportRun:
    """An import: which record took which game, by the record's position.

    import_id: remembers it over the parts of an import that comes in several.
    """

    import_id: uuid.UUID | None = None
    taken: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A record that was read."""

    position: int
    title: str
    key: str
    facts: Facts


class Ambiguous(Exception):
    """A record that cannot be given to one game."""


@dataclass
class Candidates:
    """The games that some records may be, found in a few statements for all of them."""

    owners: dict[tuple[str, str], set[int]]
    titled: dict[str, int]
    known: dict[int, Facts]
    taken: dict[int, int]

    def game_of(self, line: Line) -> tuple[int | None, bool]:
        """Return the record's game or None, and whether that goes by another title.

        Raises Conflict.
        """
        found = self._by_ids(line)
        if found is not None:
            return found, self.titled.get(line.key) != found
        titled = self.titled.get(line.key)
        if titled is not None and not self._free(titled, line):
            raise Ambiguous(f"the same title as at {self.taken[titled]}")
        return titled, False

    def take(self, line: Line, game_id: int) -> None:
        """Keep a game from the records behind this one."""
        self.taken[game_id] = line.position

    def _free(self, game_id: int, line: Line) -> bool:
        return self.taken.get(game_id, line.position) == line.position

    def _by_ids(self, line: Line) -> int | None:
        owned = {
            one: {game for game in self.owners.get(one, ()) if self._free(game, line)}
            for one in sorted(line.facts.stores)
        }
        meant = [games_ for games_ in owned.values() if games_]
        if not meant:
            return None
        common = set.intersection(*meant)
        if not common:
            said = (f"{s} {i} is of {_listed(owned[s, i])}" for s, i in owned if owned[s, i])
            raise Ambiguous(f"its ids are of different games: {', '.join(said)}")
        chosen = self._by_name(line, common)
        if chosen is None:
            raise Ambiguous(f"its ids are of several games, none of that name: {_listed(common)}")
        return chosen

    def _by_name(self, line: Line, game_ids: set[int]) -> int | None:
        if len(game_ids) == 1:
            return next(iter(game_ids))
        titled = self.titled.get(line.key)
        if titled in game_ids:
            return titled
        named = [
            game_id
            for game_id in game_ids
            if any(text.title_key(n) == line.key for n, _ in self.known[game_id].names.values())
        ]
        return named[0] if len(named) == 1 else None


def _listed(game_ids: Iterable[int]) -> str:
    return " and ".join(f"game {one}" for one in sorted(game_ids))


def candidates(tx: Connection, run: ImportRun, lines: Sequence[Line]) -> Candidates:
    """Return the games that these records may be."""
    owners = _owners(tx, {one for line in lines for one in line.facts.stores})
    titled = by_title(tx, {line.key for line in lines})
    ids = {*titled.values(), *(game for games_ in owners.values() for game in games_)}
    taken = dict(run.taken)
    if run.import_id is not None and ids:
        mine = (_claims.import_id == str(run.import_id), _claims.game_id.in_(ids))
        claimed = select(_claims.game_id, _claims.position).where(*mine)
        taken |= {row.game_id: row.position for row in tx.execute(claimed)}
    return Candidates(owners, titled, game_facts.known(tx, ids), taken)


def remember(tx: Connection, run: ImportRun, took: Iterable[tuple[int, Line]]) -> None:
    """Keep which games were taken, for the parts that follow."""
    if run.import_id is None:
        return
    now, name = clock.now(), str(run.import_id)
    rows = [
        {"import_id": name, "game_id": game_id, "position": line.position, "claimed_at": now}
        for game_id, line in took
    ]
    sql.upsert(tx, import_claims, rows, ["position"])


def by_title(conn: Connection, keys: Collection[str]) -> dict[str, int]:
    """Return the games with these titles, now or at first; for a merged one, its survivor."""
    name = game_names.c
    first = (
        select(games.c.import_key, games.c.merged_into, games.c.game_id)
        .where(games.c.import_key.in_(keys))
        .with_hint(games, "FORCE INDEX (import_key)")
    )
    found = {row.import_key: row.merged_into or row.game_id for row in conn.execute(first)}
    # Index by index, whatever the engine believes of its tables. Most games have no survivor, so
    # an index of it seems to lead to thousands. A table that has just grown seems to be tiny, and
    # then even an index is read whole if it holds all that is asked: `is_title` is in none.
    titled = (
        select(name.game_id, games.c.title, name.is_title)
        .prefix_with("STRAIGHT_JOIN")
        .where(name.name_key.in_({text.name_key(key) for key in keys}))
        .with_hint(game_names, "FORCE INDEX (PRIMARY)")
    )
    now = titled.join(games, games.c.game_id == name.game_id).where(name.is_title)
    now = now.with_hint(games, "FORCE INDEX (PRIMARY)")
    # What a merged game was called last is a name of its survivor.
    merged = titled.join(games, games.c.merged_into == name.game_id)
    merged = merged.with_hint(games, "FORCE INDEX (games_by_merge)")
    for query in (now, merged):
        for game_id, title, _ in conn.execute(query):
            key = text.title_key(title)
            if key in keys:
                found.setdefault(key, game_id)
    return found


def _owners(conn: Connection, ids: Collection[tuple[str, str]]) -> dict[tuple[str, str], set[int]]:
    by_store: dict[str, list[str]] = defaultdict(list)
    for store, store_id in sorted(ids):
        by_store[store].append(store_id)
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    if by_store:
        at = game_stores.c
        some = [and_(at.store == one, at.store_id.in_(named)) for one, named in by_store.items()]
        rows = conn.execute(select(at.store, at.store_id, at.game_id).where(or_(*some)))
        for store, store_id, game_id in rows:
            found[store, store_id].add(game_id)
    return found
