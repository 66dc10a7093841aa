"""What is said of a game, in a record or in rows: names, store ids and executables."""

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
LONGEST_NAME = 300
LONGEST_PROGRAM = 400
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_names, _stores, _programs = game_names.c, game_stores.c, game_executables.c


def _tidy(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("it holds a control character")
    return text


def _title(text: str) -> str:
    if len(title_key(text)) > LONGEST_NAME:
        raise ValueError("it is too long when case and width are folded")
    return _printable(text)


def _program(path: str) -> str:
    suffix = normalise_suffix(path.removeprefix(">"))
    if len(suffix) > LONGEST_PROGRAM:
        raise ValueError("it is too long in lower case")
    if {".", ".."} & set(suffix.split("/")):
        raise ValueError("no part of it may be `.` or `..`")
    return _printable(path)


Name = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_NAME),
    BeforeValidator(_tidy),
    AfterValidator(_title),
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
    """The end of a program's path; Discord writes `>` before one that is a bare file name."""

    os: Literal["win32", "darwin", "linux"]
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_PROGRAM), AfterValidator(_program)]
    is_launcher: bool = False


class Store(BaseModel):
    """The game's id in a store."""

    store: Annotated[Word, Field(max_length=20)]
    id: StoreId


Aliases = Annotated[list[Name], Field(max_length=200)]
Executables = Annotated[list[Executable], Field(max_length=1000)]
StoreIds = Annotated[list[Store], Field(max_length=200)]


class Record(BaseModel):
    """One game of a list, in our format or in Discord's (`applications/detectable`)."""

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
            raise ValueError("third_party_skus: it should be a list")  # noqa: TRY004  pydantic names it
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
    """What is said of a game, under the keys by which two facts are the same one.

    names: by `name_key`, each with whether it is the title. programs: by hash and OS, each as its
    suffix and whether it is a launcher.
    """

    names: dict[str, tuple[str, bool]] = field(default_factory=dict)
    stores: set[tuple[str, str]] = field(default_factory=set)
    programs: dict[tuple[bytes, str], tuple[str, bool]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.names or self.stores or self.programs)

    def beyond(self, known: "Facts") -> "Facts":
        """Return what adds to what is known: a title as an alias.

        Who says that a program is no launcher is right: then seeing it does mean the game.
        """
        return Facts(
            {key: (name, False) for key, (name, _) in self.names.items() if key not in known.names},
            self.stores - known.stores,
            {
                key: program
                for key, program in self.programs.items()
                if key not in known.programs or (known.programs[key][1] and not program[1])
            },
        )

    def without(self, kept: "Facts") -> "Facts":
        """Return what is not among the facts that are kept."""
        return Facts(
            {key: name for key, name in self.names.items() if key not in kept.names},
            self.stores - kept.stores,
            {key: one for key, one in self.programs.items() if key not in kept.programs},
        )

    def listed(self) -> dict[str, list[str]]:
        """Return them as people read them, in order: for the audit."""
        return {
            "names": sorted(name for name, _ in self.names.values()),
            "stores": sorted(f"{store}/{store_id}" for store, store_id in self.stores),
            "executables": sorted(
                f"{os}/{suffix}{' (launcher)' if is_launcher else ''}"
                for (_, os), (suffix, is_launcher) in self.programs.items()
            ),
        }


def of(
    title: str, aliases: Iterable[str], stores: Iterable[Store], programs: Iterable[Executable]
) -> Facts:
    """Return what people wrote of a game as facts."""
    found = Facts({name_key(title): (title, True)})
    for alias in aliases:
        found.names.setdefault(name_key(alias), (alias, False))
    found.names.pop("", None)
    found.stores = {(one.store, one.id) for one in stores}
    for one in programs:
        suffix = normalise_suffix(one.name.removeprefix(">"))
        key = suffix_hash(suffix), one.os
        was_launcher = found.programs.get(key, (suffix, True))[1]
        if suffix:
            found.programs[key] = suffix, one.is_launcher and was_launcher
    return found


def of_record(record: Record) -> Facts:
    """Return a record's facts."""
    facts = of(record.title, record.aliases, record.stores, record.executables)
    facts.stores |= {(DISCORD, one) for one in record.discord_ids}
    return facts


def known(conn: Connection, game_ids: Collection[int]) -> dict[int, Facts]:
    """Return what the tables hold of these games."""
    found = {game_id: Facts() for game_id in game_ids}
    if not found:
        return found
    names = select(_names.game_id, _names.name_key, _names.name, _names.is_title)
    for game_id, key, *name in conn.execute(names.where(_names.game_id.in_(found))):
        found[game_id].names[key] = tuple(name)
    stores = select(_stores.game_id, _stores.store, _stores.store_id)
    for game_id, *store in conn.execute(stores.where(_stores.game_id.in_(found))):
        found[game_id].stores.add(tuple(store))
    programs = select(
        _programs.game_id, _programs.suffix_hash, _programs.os, _programs.suffix,
        _programs.is_launcher,
    )  # fmt: skip
    for game_id, hashed, os, *program in conn.execute(programs.where(_programs.game_id.in_(found))):
        found[game_id].programs[hashed, os] = tuple(program)
    return found


def write(tx: Connection, added: Mapping[int, Facts]) -> None:
    """Write facts of games, over those with the same keys."""
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
        {"game_id": game_id, "suffix_hash": hashed, "os": os, "suffix": suffix,
         "is_launcher": is_launcher}
        for game_id, facts in added.items()
        for (hashed, os), (suffix, is_launcher) in facts.programs.items()
    ]  # fmt: skip
    sql.upsert(tx, game_executables, programs, ["is_launcher"])


def remove(tx: Connection, game_id: int, gone: Facts) -> None:
    """Delete facts of a game."""
    if gone.names:
        mine = (_names.game_id == game_id, _names.name_key.in_(gone.names))
        tx.execute(delete(game_names).where(*mine))
    if gone.stores:
        ids = [and_(_stores.store == one, _stores.store_id == id_) for one, id_ in gone.stores]
        tx.execute(delete(game_stores).where(_stores.game_id == game_id, or_(*ids)))
    if gone.programs:
        keys = [and_(_programs.suffix_hash == one, _programs.os == os) for one, os in gone.programs]
        tx.execute(delete(game_executables).where(_programs.game_id == game_id, or_(*keys)))


def touch(tx: Connection, game_ids: Collection[int], now: Any) -> None:
    """Lift the revision of games that changed."""
    lifted = {"revision": games.c.revision + 1, "updated_at": now}
    tx.execute(games.update().where(games.c.game_id.in_(game_ids)).values(lifted))
