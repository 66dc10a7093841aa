"""Facts about a game: its names, store ids and executables."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)
from sqlalchemy import Connection, and_, delete, or_, select

from shared.domain.programs import normalise_suffix, suffix_hash
from shared.domain.text import name_key, title_key
from shared.runtime import sql
from shared.schema.catalog import game_executables, game_names, game_stores, games

DISCORD = "discord"
MAX_NAME_LENGTH = 300
MAX_SUFFIX_LENGTH = 400
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_names, _stores, _programs = game_names.c, game_stores.c, game_executables.c


def _collapse_spaces(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("contains a control character")
    return text


def _check_name(text: str) -> str:
    if len(title_key(text)) > MAX_NAME_LENGTH:
        raise ValueError("too long after folding case and width")
    return _printable(text)


def _check_program(path: str) -> str:
    suffix = normalise_suffix(path.removeprefix(">"))
    if len(suffix) > MAX_SUFFIX_LENGTH:
        raise ValueError("too long in lower case")
    if {".", ".."} & set(suffix.split("/")):
        raise ValueError("must not contain `.` or `..` as a segment")
    return _printable(path)


Name = Annotated[
    str,
    Field(min_length=1, max_length=MAX_NAME_LENGTH),
    BeforeValidator(_collapse_spaces),
    AfterValidator(_check_name),
]
Word = Annotated[
    str, StringConstraints(to_lower=True, strip_whitespace=True, pattern=r"^\s*[A-Za-z0-9_]+\s*$")
]
StoreId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_printable),
]


class Executable(BaseModel):
    """A program's path suffix; Discord puts `>` before a bare file name."""

    os: Literal["win32", "darwin", "linux"]
    name: Annotated[
        str, Field(min_length=1, max_length=MAX_SUFFIX_LENGTH), AfterValidator(_check_program)
    ]
    is_launcher: bool = False


class Store(BaseModel):
    """The game's id in a store."""

    store: Annotated[Word, Field(max_length=20)]
    id: StoreId


Aliases = Annotated[list[Name], Field(max_length=200)]
Executables = Annotated[list[Executable], Field(max_length=1000)]
StoreIds = Annotated[list[Store], Field(max_length=200)]


class Record(BaseModel):
    """One game of an imported list, in our format or Discord's (`applications/detectable`)."""

    title: Name
    aliases: Aliases = []
    executables: Executables = []
    stores: StoreIds = []
    discord_ids: Annotated[list[StoreId], Field(max_length=50)] = []

    @model_validator(mode="before")
    @classmethod
    def _from_discord(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "title" in raw or "name" not in raw:
            return raw
        skus = raw.get("third_party_skus") or []
        if not isinstance(skus, list):
            raise ValueError("third_party_skus: must be a list")  # noqa: TRY004  pydantic reports it
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


@dataclass
class Facts:
    """Facts about one game, keyed so that equal facts have equal keys.

    names: maps a `name_key` to the name and whether it is the title. stores: pairs of store and
        id. programs: maps a suffix hash and OS to the suffix and whether it is a launcher.
    """

    names: dict[str, tuple[str, bool]] = field(default_factory=dict)
    stores: set[tuple[str, str]] = field(default_factory=set)
    programs: dict[tuple[bytes, str], tuple[str, bool]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.names or self.stores or self.programs)

    def additions_to(self, stored: "Facts") -> "Facts":
        """Return the facts that `stored` lacks, with the title as an alias.

        If sources disagree on whether a program is a launcher, the program counts as the game.
        """
        return Facts(
            {
                key: (name, False)
                for key, (name, _) in self.names.items()
                if key not in stored.names
            },
            self.stores - stored.stores,
            {
                key: program
                for key, program in self.programs.items()
                if key not in stored.programs or (stored.programs[key][1] and not program[1])
            },
        )

    def without(self, other: "Facts") -> "Facts":
        """Return the facts whose keys `other` lacks."""
        return Facts(
            {key: name for key, name in self.names.items() if key not in other.names},
            self.stores - other.stores,
            {key: program for key, program in self.programs.items() if key not in other.programs},
        )

    def describe(self) -> dict[str, list[str]]:
        """Return the facts as sorted, readable strings for the audit log."""
        return {
            "names": sorted(name for name, _ in self.names.values()),
            "stores": sorted(f"{store}/{store_id}" for store, store_id in self.stores),
            "executables": sorted(
                f"{os}/{suffix}{' (launcher)' if is_launcher else ''}"
                for (_, os), (suffix, is_launcher) in self.programs.items()
            ),
        }


def collect(
    title: str, aliases: Iterable[str], stores: Iterable[Store], programs: Iterable[Executable]
) -> Facts:
    """Return the facts that an operator's data or a record contains."""
    facts = Facts({name_key(title): (title, True)})
    for alias in aliases:
        facts.names.setdefault(name_key(alias), (alias, False))
    facts.names.pop("", None)
    facts.stores = {(store.store, store.id) for store in stores}
    for program in programs:
        suffix = normalise_suffix(program.name.removeprefix(">"))
        key = suffix_hash(suffix), program.os
        was_launcher = facts.programs.get(key, (suffix, True))[1]
        if suffix:
            facts.programs[key] = suffix, program.is_launcher and was_launcher
    return facts


def from_record(record: Record) -> Facts:
    """Return a record's facts."""
    facts = collect(record.title, record.aliases, record.stores, record.executables)
    facts.stores |= {(DISCORD, id_) for id_ in record.discord_ids}
    return facts


def load(conn: Connection, game_ids: Collection[int]) -> dict[int, Facts]:
    """Return the stored facts about these games."""
    facts = {game_id: Facts() for game_id in game_ids}
    if not facts:
        return facts
    names = select(_names.game_id, _names.name_key, _names.name, _names.is_title)
    for game_id, key, *name in conn.execute(names.where(_names.game_id.in_(facts))):
        facts[game_id].names[key] = tuple(name)
    stores = select(_stores.game_id, _stores.store, _stores.store_id)
    for game_id, *store in conn.execute(stores.where(_stores.game_id.in_(facts))):
        facts[game_id].stores.add(tuple(store))
    programs = select(
        _programs.game_id, _programs.suffix_hash, _programs.os, _programs.suffix,
        _programs.is_launcher,
    )  # fmt: skip
    for game_id, hash_, os, *program in conn.execute(programs.where(_programs.game_id.in_(facts))):
        facts[game_id].programs[hash_, os] = tuple(program)
    return facts


def write(tx: Connection, added: Mapping[int, Facts]) -> None:
    """Write facts about games, replacing stored facts that have the same keys."""
    names = [
        {"game_id": game_id, "name_key": key, "name": name, "is_title": is_title}
        for game_id, facts in added.items()
        for key, (name, is_title) in facts.names.items()
    ]
    sql.upsert(tx, game_names, names, ["name", "is_title"])
    stores = [
        {"game_id": game_id, "store": store, "store_id": store_id}
        for game_id, facts in added.items()
        for store, store_id in facts.stores
    ]
    sql.insert_ignore(tx, game_stores, stores)
    programs = [
        {"game_id": game_id, "suffix_hash": hash_, "os": os, "suffix": suffix,
         "is_launcher": is_launcher}
        for game_id, facts in added.items()
        for (hash_, os), (suffix, is_launcher) in facts.programs.items()
    ]  # fmt: skip
    sql.upsert(tx, game_executables, programs, ["is_launcher"])


def remove(tx: Connection, game_id: int, facts: Facts) -> None:
    """Delete facts about a game."""
    if facts.names:
        names = (_names.game_id == game_id, _names.name_key.in_(facts.names))
        tx.execute(delete(game_names).where(*names))
    if facts.stores:
        ids = [and_(_stores.store == store, _stores.store_id == id_) for store, id_ in facts.stores]
        tx.execute(delete(game_stores).where(_stores.game_id == game_id, or_(*ids)))
    if facts.programs:
        keys = [and_(_programs.suffix_hash == h, _programs.os == os) for h, os in facts.programs]
        tx.execute(delete(game_executables).where(_programs.game_id == game_id, or_(*keys)))


def bump_revisions(tx: Connection, game_ids: Collection[int], now: Any) -> None:
    """Increase the revision of changed games, and store `now` as their time of change."""
    values = {"revision": games.c.revision + 1, "updated_at": now}
    tx.execute(games.update().where(games.c.game_id.in_(game_ids)).values(values))
