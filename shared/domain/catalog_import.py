"""Importing games: JSON lines in, rows out; running it again changes nothing.

A record is the whole truth about its title: names, store ids and executables that it no longer
lists go. It finds its game by `catalog.title_key`. Two records with one key in the same run would
overwrite each other each time, so the second is rejected and named. A broken record is rejected
and the rest goes on. One transaction holds some hundred games and lifts the catalog's version
when it changed one, so every instance sees whole records only.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from sqlalchemy import Connection, Table, delete, insert, select, tuple_, update
from sqlalchemy.exc import DataError, IntegrityError

from shared.domain import catalog, search
from shared.runtime import clock, sql
from shared.schema.catalog import game_executables, game_names, game_stores, games

GAMES_A_TRANSACTION = 300
SHOWN_REJECTIONS = 100
DISCORD = "discord"

Row = tuple[Any, ...]


def _tidy(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_tidy), Field(min_length=1, max_length=300)]
Word = Annotated[
    str, StringConstraints(to_lower=True, strip_whitespace=True, pattern=r"^\s*[A-Za-z0-9_]+\s*$")
]
StoreId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Executable(BaseModel):
    """The end of a program's path; Discord writes `>` before one that is a bare file name."""

    os: Annotated[Word, Field(max_length=10)]
    name: Annotated[str, Field(min_length=1, max_length=400)]
    is_launcher: bool = False


class Store(BaseModel):
    """The game's id in a store."""

    store: Annotated[Word, Field(max_length=20)]
    id: StoreId


class Record(BaseModel):
    """One line of an import, in our format or in Discord's (`applications/detectable`)."""

    title: Name
    aliases: Annotated[list[Name], Field(max_length=200)] = []
    executables: Annotated[list[Executable], Field(max_length=1000)] = []
    stores: Annotated[list[Store], Field(max_length=200)] = []
    discord_ids: Annotated[list[StoreId], Field(max_length=50)] = []

    @model_validator(mode="before")
    @classmethod
    def _from_discord(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "title" in raw or "name" not in raw:
            return raw
        skus = raw.get("third_party_skus") or []
        return {
            "title": raw["name"],
            "aliases": raw.get("aliases") or [],
            "executables": raw.get("executables") or [],
            "stores": [
                {"store": sku.get("distributor"), "id": sku.get("id") or sku.get("sku")}
                for sku in skus
                if isinstance(sku, dict) and (sku.get("id") or sku.get("sku"))
            ],
            "discord_ids": [raw["id"]] if "id" in raw else [],
        }


@dataclass(frozen=True)
class Rejected:
    """A line that was not imported, counted from 1, and why."""

    line: int
    reason: str


@dataclass
class Outcome:
    """What an import did; `rejected` lists the first hundred of `rejected_count`."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected_count: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """How many records were looked at."""
        return self.created + self.updated + self.unchanged + self.rejected_count

    def reject(self, line: int, reason: str) -> None:
        """Note a line that was not imported."""
        self.rejected_count += 1
        if len(self.rejected) < SHOWN_REJECTIONS:
            self.rejected.append(Rejected(line, reason))

    def _add(self, other: "Outcome") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged


@dataclass(frozen=True)
class _Facts:
    """A game as its rows say it; each row without the game's id, as the tables order columns."""

    title: str
    rows: dict[str, frozenset[Row]]


@dataclass(frozen=True)
class _Line:
    number: int
    key: str
    facts: _Facts


_COLUMNS = {
    game_names: ("name_key", "name", "is_title"),
    game_stores: ("store", "store_id"),
    game_executables: ("suffix_hash", "os", "suffix", "is_launcher"),
}
_NOTHING = _Facts("", {table.name: frozenset() for table in _COLUMNS})


def import_file(path: Path, progress: Callable[[int], None] | None = None) -> Outcome:
    """Import a file of JSON lines, packed by gzip when its name ends in .gz."""
    with path.open("rb") as raw:
        packed = path.suffix == ".gz"
        return import_games(gzip.GzipFile(fileobj=raw) if packed else raw, progress)


def import_games(lines: Iterable[bytes], progress: Callable[[int], None] | None = None) -> Outcome:
    """Import JSON lines; `progress` is told the number of records done after each transaction."""
    outcome = Outcome()
    for batch in _batches(_screened(lines, outcome)):
        _store(batch, outcome)
        if progress is not None:
            progress(outcome.seen)
    return outcome


def _screened(lines: Iterable[bytes], outcome: Outcome) -> Iterator[_Line]:
    taken: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = Record.model_validate_json(line)
        except ValidationError as error:
            outcome.reject(number, _reason(error))
            continue
        key = catalog.title_key(record.title)
        first = taken.setdefault(key, number)
        if not key:
            outcome.reject(number, "the title holds no character that counts")
        elif first != number:
            outcome.reject(number, f"the same title as in line {first}")
        else:
            yield _Line(number, key, _facts(record))


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _batches(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    batch: list[_Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == GAMES_A_TRANSACTION:
            yield batch
            batch = []
    if batch:
        yield batch


def _facts(record: Record) -> _Facts:
    names = {catalog.name_key(record.title): (record.title, True)}
    for alias in record.aliases:
        names.setdefault(catalog.name_key(alias), (alias, False))
    names.pop("", None)
    stores = {(one.store, one.id) for one in record.stores}
    stores |= {(DISCORD, one) for one in record.discord_ids}
    programs: dict[tuple[bytes, str], tuple[str, bool]] = {}
    for one in record.executables:
        suffix = catalog.normalise_suffix(one.name.removeprefix(">"))
        key = catalog.suffix_hash(suffix), one.os
        # Listed twice and once not as a launcher: then seeing it does mean the game.
        was_launcher = programs.get(key, (suffix, True))[1]
        if suffix:
            programs[key] = suffix, one.is_launcher and was_launcher
    rows = {
        game_names.name: frozenset((key, *rest) for key, rest in names.items()),
        game_stores.name: frozenset(stores),
        game_executables.name: frozenset((*key, *rest) for key, rest in programs.items()),
    }
    return _Facts(record.title, rows)


def _store(batch: Sequence[_Line], outcome: Outcome) -> None:
    """Store a batch; when the database refuses a value, each record alone, to find which."""
    try:
        outcome._add(sql.transact(lambda tx: _write(tx, batch)))  # noqa: SLF001 - own class
    except (DataError, IntegrityError) as error:
        if len(batch) > 1:
            for line in batch:
                _store([line], outcome)
        else:
            outcome.reject(batch[0].number, f"the database refused it: {error.orig}")


def _write(tx: Connection, batch: Sequence[_Line]) -> Outcome:
    catalog.lock_version(tx)
    outcome = Outcome()
    ids = _ids(tx, batch)
    known = _known(tx, ids)
    new = [line for line in batch if line.key not in ids]
    changed = [line for line in batch if line.key in ids and known[ids[line.key]] != line.facts]
    now = clock.now()
    if new:
        rows = [
            {"title": line.facts.title, "import_key": line.key, "revision": 1, "updated_at": now}
            for line in new
        ]
        tx.execute(insert(games), rows)
        ids |= _ids(tx, new)
    for line in changed:
        grown = {"title": line.facts.title, "revision": games.c.revision + 1, "updated_at": now}
        tx.execute(update(games).where(games.c.game_id == ids[line.key]).values(**grown))
    differing = [(ids[line.key], line.facts) for line in (*new, *changed)]
    for table in _COLUMNS:
        _replace(tx, table, [(i, facts, known.get(i, _NOTHING)) for i, facts in differing])
    # Of all, not only of those that differ: what was never indexed heals.
    if search.index(tx, ids.values()) or differing:
        catalog.bump_version(tx)
    outcome.created, outcome.updated = len(new), len(changed)
    outcome.unchanged = len(batch) - len(differing)
    return outcome


def _ids(tx: Connection, batch: Sequence[_Line]) -> dict[str, int]:
    keys = [line.key for line in batch]
    found = select(games.c.import_key, games.c.game_id).where(games.c.import_key.in_(keys))
    return {row.import_key: row.game_id for row in tx.execute(found)}


def _known(tx: Connection, ids: dict[str, int]) -> dict[int, _Facts]:
    """Return what the tables hold of the games with these ids."""
    if not ids:
        return {}
    wanted = list(ids.values())
    titles = select(games.c.game_id, games.c.title).where(games.c.game_id.in_(wanted))
    rows: dict[int, dict[str, set[Row]]] = {}
    for table, columns in _COLUMNS.items():
        picked = select(table.c.game_id, *(table.c[name] for name in columns))
        for game_id, *row in tx.execute(picked.where(table.c.game_id.in_(wanted))):
            rows.setdefault(game_id, {}).setdefault(table.name, set()).add(tuple(row))
    return {
        game_id: _Facts(
            title,
            {t.name: frozenset(rows.get(game_id, {}).get(t.name, ())) for t in _COLUMNS},
        )
        for game_id, title in tx.execute(titles)
    }


def _replace(tx: Connection, table: Table, games_: Sequence[tuple[int, _Facts, _Facts]]) -> None:
    """Delete the rows that went and insert those that came."""
    columns = _COLUMNS[table]
    gone = [
        (i, *row) for i, new, old in games_ for row in old.rows[table.name] - new.rows[table.name]
    ]
    came = [
        (i, *row) for i, new, old in games_ for row in new.rows[table.name] - old.rows[table.name]
    ]
    if gone:
        keys = [name for name in columns if table.c[name].primary_key]
        taken = [(row[0], *(row[1 + columns.index(name)] for name in keys)) for row in gone]
        key = tuple_(table.c.game_id, *(table.c[name] for name in keys))
        ids = {row[0] for row in gone}
        tx.execute(delete(table).where(table.c.game_id.in_(ids), key.in_(taken)))
    if came:
        tx.execute(insert(table), [dict(zip(("game_id", *columns), r, strict=True)) for r in came])
