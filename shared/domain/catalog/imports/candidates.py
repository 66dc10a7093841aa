"""Finds the game that an imported record belongs to: by store id, Discord id, then title.

A list has one record per game. A record therefore claims its game for the whole import. If two
records share a store id, they remain two games, and both games have that id.
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
    """An import; `claims` maps a claimed game's id to the position of the claiming record.

    import_id: set if the import is sent in parts, so that claims are stored between parts.
    """

    import_id: uuid.UUID | None = None
    claims: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ParsedRecord:
    """A valid record; `key` is its `title_key`."""

    position: int
    title: str
    key: str
    facts: Facts


class Ambiguous(Exception):
    """The game that a record belongs to cannot be determined."""


@dataclass
class Candidates:
    """The games that a batch of records may belong to, loaded in a few statements.

    owners: games by store id. titled: game by title key. claims: record position by game.
    """

    owners: dict[tuple[str, str], set[int]]
    titled: dict[str, int]
    facts: dict[int, Facts]
    claims: dict[int, int]

    def find(self, record: ParsedRecord) -> tuple[int | None, bool]:
        """Return the record's game, or None, and whether the game has a different title.

        Raises Ambiguous.
        """
        by_ids = self._by_ids(record)
        if by_ids is not None:
            return by_ids, self.titled.get(record.key) != by_ids
        titled = self.titled.get(record.key)
        if titled is not None and not self._is_free(titled, record):
            raise Ambiguous(f"duplicate of record {self.claims[titled]}")
        return titled, False

    def claim(self, record: ParsedRecord, game_id: int) -> None:
        """Reserve a game, so that no later record of the import can match it."""
        self.claims[game_id] = record.position

    def _is_free(self, game_id: int, record: ParsedRecord) -> bool:
        return self.claims.get(game_id, record.position) == record.position

    def _by_ids(self, record: ParsedRecord) -> int | None:
        owners = {
            store: {game for game in self.owners.get(store, ()) if self._is_free(game, record)}
            for store in sorted(record.facts.stores)
        }
        matches = [game_ids for game_ids in owners.values() if game_ids]
        if not matches:
            return None
        common = set.intersection(*matches)
        if not common:
            pairs = (f"{s} {i} to {_join(owners[s, i])}" for s, i in owners if owners[s, i])
            raise Ambiguous(f"the ids belong to different games: {', '.join(pairs)}")
        game_id = self._by_name(record, common)
        if game_id is None:
            names = _join(common)
            raise Ambiguous(f"the ids belong to several games, none with this title: {names}")
        return game_id

    def _by_name(self, record: ParsedRecord, game_ids: set[int]) -> int | None:
        if len(game_ids) == 1:
            return next(iter(game_ids))
        titled = self.titled.get(record.key)
        if titled in game_ids:
            return titled
        named = [
            game_id
            for game_id in game_ids
            if any(text.title_key(n) == record.key for n, _ in self.facts[game_id].names.values())
        ]
        return named[0] if len(named) == 1 else None


def _join(game_ids: Iterable[int]) -> str:
    return " and ".join(f"game {game_id}" for game_id in sorted(game_ids))


def load(tx: Connection, run: ImportRun, records: Sequence[ParsedRecord]) -> Candidates:
    """Return the games that these records may belong to."""
    owners = _owners(tx, {store for record in records for store in record.facts.stores})
    titled = by_title(tx, {record.key for record in records})
    ids = {*titled.values(), *(game for game_ids in owners.values() for game in game_ids)}
    claims = dict(run.claims)
    if run.import_id is not None and ids:
        conditions = (_claims.import_id == str(run.import_id), _claims.game_id.in_(ids))
        stored = select(_claims.game_id, _claims.position).where(*conditions)
        claims |= {row.game_id: row.position for row in tx.execute(stored)}
    return Candidates(owners, titled, game_facts.load(tx, ids), claims)


def save_claims(
    tx: Connection, run: ImportRun, matches: Iterable[tuple[int, ParsedRecord]]
) -> None:
    """Store which games were claimed, for the import's later parts."""
    if run.import_id is None:
        return
    now, name = clock.now(), str(run.import_id)
    rows = [
        {"import_id": name, "game_id": game_id, "position": record.position, "claimed_at": now}
        for game_id, record in matches
    ]
    sql.upsert(tx, import_claims, rows, ["position"])


def by_title(conn: Connection, keys: Collection[str]) -> dict[str, int]:
    """Map each title key to the game with this current or original title.

    A merged game is replaced by the game that it was merged into.
    """
    name = game_names.c
    original = (
        select(games.c.import_key, games.c.merged_into, games.c.game_id)
        .where(games.c.import_key.in_(keys))
        .with_hint(games, "FORCE INDEX (import_key)")
    )
    matches = {row.import_key: row.merged_into or row.game_id for row in conn.execute(original)}
    # Force every index, because MySQL's estimates are wrong. `merged_into` is NULL for most games,
    # so MySQL expects its index to return thousands of rows. MySQL also takes a table that has just
    # grown for tiny and scans any index that covers the query; selecting `is_title` prevents that.
    titled = (
        select(name.game_id, games.c.title, name.is_title)
        .prefix_with("STRAIGHT_JOIN")
        .where(name.name_key.in_({text.name_key(key) for key in keys}))
        .with_hint(game_names, "FORCE INDEX (PRIMARY)")
    )
    current = titled.join(games, games.c.game_id == name.game_id).where(name.is_title)
    current = current.with_hint(games, "FORCE INDEX (PRIMARY)")
    # The last title of a merged game is a name of its survivor.
    merged = titled.join(games, games.c.merged_into == name.game_id)
    merged = merged.with_hint(games, "FORCE INDEX (games_by_merge)")
    for query in (current, merged):
        for game_id, title, _ in conn.execute(query):
            key = text.title_key(title)
            if key in keys:
                matches.setdefault(key, game_id)
    return matches


def _owners(conn: Connection, ids: Collection[tuple[str, str]]) -> dict[tuple[str, str], set[int]]:
    by_store: dict[str, list[str]] = defaultdict(list)
    for store, store_id in sorted(ids):
        by_store[store].append(store_id)
    owners: dict[tuple[str, str], set[int]] = defaultdict(set)
    if by_store:
        row = game_stores.c
        conditions = [
            and_(row.store == store, row.store_id.in_(ids_)) for store, ids_ in by_store.items()
        ]
        query = select(row.store, row.store_id, row.game_id).where(or_(*conditions))
        for store, store_id, game_id in conn.execute(query):
            owners[store, store_id].add(game_id)
    return owners
